// node.mjs WHAT NAME BASE FIXES: makes the broken calls, runs the corrected ones, or runs the functions.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(new URL('../sdk/package.json', import.meta.url))
const [what, name, base, fixes] = process.argv.slice(2)
const key = (what) => `wk_${name}_${what}`

const SDKS = {
  'segment-node' (writeKey) {
    const { Analytics } = require('@segment/analytics-node')
    const client = new Analytics({ writeKey, host: base })
    return { client, finish: () => client.closeAndFlush() }
  },
  'segment-node-legacy' (writeKey) {
    const client = new (require('analytics-node'))(writeKey, { host: base })
    return { client, finish: () => flushAll(client) }
  },
  'rudder-node' (writeKey) {
    const client = new (require('@rudderstack/rudder-sdk-node'))(writeKey, { dataPlaneUrl: base })
    return { client, finish: () => flushAll(client) }
  },
  'segment-page': page('analytics.js'),
  'rudder-page': page('RudderLabs JavaScript SDK')
}

// What a page's snippet is called with: the two browser SDKs take the same arguments. Only the
// arguments matter here, so calls are sent one by one by hand.
function page (library) {
  return (writeKey) => {
    const pending = []
    let userId = null
    const send = (call) => {
      const body = { anonymousId: 'visitor', userId, ...call, context: { ...call.context, library: { name: library } } }
      pending.push(() => post(writeKey, body))
    }
    const client = {
      track: (event, properties, options) => send({ type: 'track', event, properties, ...options }),
      group: (groupId, traits, options) => send({ type: 'group', groupId, traits, ...options }),
      identify: (id, traits, options) => {
        userId = id
        if (traits !== undefined) send({ type: 'identify', traits, ...options })
      },
      raw: (call) => send(call),
      // a browser remembers who the user is
      remember: (id) => { userId = id }
    }
    return { client, finish: async () => { for (const next of pending) await next() } }
  }
}

async function post (writeKey, call) {
  const answer = await fetch(`${base}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch: [call] })
  })
  if (!answer.ok) throw new Error(`answered ${answer.status}`)
}

async function flushAll (client) {
  while (client.queue.length > 0) await client.flush()
  await client.flush()
}

const lines = () => readFileSync(fixes, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  .filter((fix) => fix.write_key === key('broken'))

if (what === 'broken') {
  const { client, finish } = SDKS[name](key(what))
  JSON.parse(readFileSync(process.env.CALLS, 'utf8')).forEach(({ type, ...call }, at) => {
    const place = type === 'track' ? 'properties' : 'traits'
    const broken = { ...call, [place]: { ...call[place], nth: at } }
    if (client.raw) client.raw({ type, ...broken })
    else client[type](broken)
  })
  await finish()
} else if (what === 'fixed') {
  const { client, finish } = SDKS[name](key(what))
  for (const fix of lines()) {
    client.remember?.(fix.type === 'identify' ? null : fix.call.userId ?? null)
    new Function('analytics', 'client', 'rudderanalytics', fix.snippet.code)(client, client, client)
  }
  await finish()
} else {
  for (const { transformation, call } of lines()) {
    if (transformation === null) continue
    const code = transformation.code.replace(/^export /m, '')
    const handler = `on${call.type[0].toUpperCase()}${call.type.slice(1)}`
    const run = new Function(`${code}\nreturn typeof transformEvent === 'function' ? transformEvent : ${handler}`)()
    const result = await run(structuredClone(call), {})
    await post(key(what), { ...result, messageId: `${name}-${result.messageId}-${what}` })
  }
}
