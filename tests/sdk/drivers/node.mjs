// Drives one server-side SDK of Node: node.mjs NAME BASE OUT
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import { drive, nested, numbers, versionOf, within, words, writeKeyOf, writeResult } from './result.mjs'

const require = createRequire(import.meta.url)
const [name, base, out] = process.argv.slice(2)
const key = writeKeyOf(name)
const DEADLINE = 60_000

// Each entry makes a client and says how it reports: `errors` collects what it complains about,
// `finish` resolves once it says that everything is delivered.
const SDKS = {
  'segment-node': {
    pkg: '@segment/analytics-node',
    library: '@segment/analytics-node',
    open (errors) {
      const { Analytics } = require('@segment/analytics-node')
      const client = new Analytics({ writeKey: key, host: base })
      client.on('error', (error) => errors.push(error))
      return { client, finish: () => client.closeAndFlush() }
    },
    idOf: (event) => event.event.messageId
  },
  'segment-node-legacy': {
    pkg: 'analytics-node',
    library: 'analytics-node',
    open (errors) {
      const Analytics = require('analytics-node')
      const client = new Analytics(key, { host: base, errorHandler: (error) => errors.push(error) })
      return { client, finish: () => flushAll(client) }
    }
  },
  'rudder-node': rudder({ gzip: true, encoding: 'gzip', contentType: 'application/x-www-form-urlencoded' }),
  'rudder-node-plain': rudder({ gzip: false, encoding: null, contentType: 'application/json' })
}

function rudder ({ gzip, encoding, contentType }) {
  return {
    pkg: '@rudderstack/rudder-sdk-node',
    library: 'analytics-node',
    encoding,
    contentType,
    open (errors) {
      const Analytics = require('@rudderstack/rudder-sdk-node')
      const options = { dataPlaneUrl: base, errorHandler: (error) => errors.push(error) }
      // gzip is on by default; leave the default alone where it is what is wanted
      const client = new Analytics(key, gzip ? options : { ...options, gzip: false })
      return { client, finish: () => flushAll(client) }
    }
  }
}

// These two flush at most one batch a time; what is queued shrinks with each turn.
async function flushAll (client) {
  while (client.queue.length > 0) await client.flush()
  await client.flush()
}

function plan () {
  let n = 0
  const mark = (rest) => ({ sdk_marker: `${name}/${++n}`, ...rest })
  const call = (type, at, top, sent) => ({ type, at, top, sent: mark(sent) })
  const user = { userId: 'u_1001' }
  const calls = [
    call('identify', '/traits', user, { email: 'ada@example.com', name: 'Ada Lovelace', account_id: 'acct_42' }),
    call('group', '/traits', { ...user, groupId: 'acct_42' }, { name: 'Analytical Engines', mrr: 1200.5 }),
    call('track', '/properties', { ...user, event: 'Report Exported' }, { account_id: 'acct_42', user_id: 'u_1001' }),
    call('track', '/properties', { anonymousId: 'anon-1', event: 'Button Clicked' }, {}),
    call('track', '/properties', { ...user, event: 'Größe geändert 🚀' }, words),
    call('track', '/properties', { ...user, event: 'Numbers' }, numbers),
    call('track', '/properties', { ...user, event: 'Nested' }, nested),
    call('page', '/properties', { ...user, category: 'Docs', name: 'Getting started' }, { url: 'https://app.example.com/docs' }),
    call('screen', '/properties', { ...user, name: 'Home' }, { variant: 'b' }),
    call('alias', '/context', { userId: 'u_1002', previousId: 'anon-1' }, {})
  ]
  // enough for every SDK to cross its own batch size
  for (let i = 0; i < 30; i++) {
    calls.push(call('track', '/properties', { userId: `u_${i % 5}`, event: 'Task Completed' }, { i }))
  }
  return calls
}

function message ({ at, top, sent }) {
  return { ...top, [at.slice(1)]: sent }
}

// The legacy client and RudderStack's hand every callback its whole batch; find the call's own item in it.
function idInBatch (data, marker) {
  const batch = (Buffer.isBuffer(data) ? JSON.parse(gunzipSync(data)) : data).batch
  const item = batch.find((one) => JSON.stringify(one).includes(JSON.stringify(marker)))
  return item.messageId
}

async function main () {
  const sdk = SDKS[name]
  const errors = []
  const { client, finish } = sdk.open(errors)
  const calls = plan()
  const answers = calls.map((call) => new Promise((resolve, reject) => {
    client[call.type](message(call), (error, data) => {
      if (error) reject(new Error(`${call.type} ${call.sent.sdk_marker}: ${error}`))
      else resolve(sdk.idOf ? sdk.idOf(data) : idInBatch(data, call.sent.sdk_marker))
    })
  }))
  const ids = await within(DEADLINE, 'every callback', Promise.all([...answers, finish()]))
  if (errors.length > 0) throw new Error(`the SDK reported: ${errors.map(String).join('; ')}`)
  writeResult(out, {
    write_key: key,
    library: { name: sdk.library, version: versionOf(sdk.pkg) },
    paths: ['/v1/batch'],
    encoding: sdk.encoding ?? null,
    content_type: sdk.contentType ?? 'application/json',
    calls: calls.map((call, i) => ({ ...call, message_id: ids[i] }))
  })
}

drive(main)
