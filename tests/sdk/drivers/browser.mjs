// Drives one browser SDK in headless Chromium: browser.mjs NAME BASE OUT RECORDING
import { createServer } from 'node:http'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { chromium } from 'playwright-core'
import { nested, numbers, versionOf, within, words, writeKeyOf, writeResult } from './result.mjs'

const require = createRequire(import.meta.url)
const snippet = require('@segment/snippet')
const [name, base, out, recording] = process.argv.slice(2)
const host = new URL(base).host
const key = writeKeyOf(name)
const DEADLINE = 60_000

// The batching modes send by size only: so many calls fill a batch, the rest has to leave with the page.
const BATCH = 6
const NEVER_MS = 600_000
const batching = { deliveryStrategy: { strategy: 'batching', config: { size: BATCH, timeout: NEVER_MS } } }
const segmentOptions = (more) => ({ integrations: { 'Segment.io': { apiHost: `${host}/v1`, protocol: 'http', ...more } } })

const SHORT_PATHS = ['i', 'g', 't', 'p', 's', 'a'].map((letter) => `/v1/${letter}`)

// Each mode's page leaves a promise of the SDK's object in window.sdk.
const MODES = {
  'segment-next-npm': segmentNpm({ cdnURL: base }, segmentOptions()),
  // what the listener's own settings answer says is enough
  'segment-next-npm-settings': segmentNpm({ cdnURL: base }, {}),
  'segment-next-npm-batching': segmentNpm({ cdnURL: base }, segmentOptions(batching), true),
  'segment-next-snippet': segmentSnippet(segmentOptions()),
  'segment-next-snippet-batching': segmentSnippet(segmentOptions(batching), true),
  'rudder-js-xhr': rudder({}, ['identify', 'group', 'track', 'page', 'alias'].map((type) => `/v1/${type}`)),
  'rudder-js-beacon': rudder(
    { useBeacon: true, beaconQueueOptions: { maxItems: BATCH, flushQueueInterval: NEVER_MS } },
    ['/beacon/v1/batch'], true)
}

function segmentNpm (settings, options, batched = false) {
  return {
    family: 'segment',
    library: { name: 'analytics.js', version: `npm:next-${versionOf('@segment/analytics-next')}` },
    paths: batched ? ['/v1/b'] : SHORT_PATHS,
    batched,
    bundle: "import { AnalyticsBrowser } from '@segment/analytics-next'; window.AnalyticsBrowser = AnalyticsBrowser",
    page: `<script src="/bundle.js"></script>
      <script>window.sdk = AnalyticsBrowser.load(${inPage({ writeKey: key, ...settings })}, ${inPage(options)}).then(([sdk]) => sdk)</script>`
  }
}

// The snippet that Segment gives to its customers, with the library from this page's own server.
// The first calls are made before the library is there.
function segmentSnippet (options, batched = false) {
  return {
    family: 'segment',
    library: { name: 'analytics.js', version: `next-${versionOf('@segment/analytics-next')}` },
    paths: batched ? ['/v1/b'] : SHORT_PATHS,
    batched,
    early: 2,
    page: (pageHost) => `<script>
      ${snippet.max({ apiKey: key, host: pageHost, ajsPath: '/analytics.min.js', load: false, page: false }).replaceAll('https://', 'http://')}
      analytics._cdn = ${inPage(base)}
      analytics.load(${inPage(key)}, ${inPage(options)})
      for (const call of window.calls.slice(0, 2)) analytics[call.type](...call.args)
      window.sdk = new Promise((resolve) => analytics.ready(() => resolve(window.analytics)))
      </script>`
  }
}

function rudder (options, paths, batched = false) {
  return {
    family: 'rudder',
    library: { name: 'RudderLabs JavaScript SDK', version: versionOf('@rudderstack/analytics-js') },
    paths,
    batched,
    content_type: batched ? 'text/plain' : 'application/json',
    bundle: "import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'; window.RudderAnalytics = RudderAnalytics",
    page: `<script src="/bundle.js"></script>
      <script>
      const rudder = new RudderAnalytics()
      rudder.load(${inPage(key)}, ${inPage(base)}, ${inPage({ configUrl: base, ...options })})
      window.sdk = new Promise((resolve) => rudder.ready(() => resolve(rudder)))
      </script>`
  }
}

// JSON that may stand inside a script element.
function inPage (value) {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

// Both families take the same arguments by position; `args` is what the page passes.
function plan (family) {
  let n = 0
  const segment = family === 'segment'
  const mark = (rest) => ({ sdk_marker: `${name}/${++n}`, ...rest })
  const track = (event, rest, top = {}) => {
    const sent = mark(rest)
    return { type: 'track', at: '/properties', sent, top: { event, ...top }, args: [event, sent] }
  }
  const page = mark({ variant: 'b' })
  const person = mark({ email: 'ada@example.com', account_id: 'acct_42', name: 'Ada Lovelace' })
  const company = mark({ name: 'Analytical Engines', mrr: 1200.5 })
  const alias = mark({})
  const user = { userId: 'u_1001' }
  const calls = [
    { type: 'page', at: '/properties', sent: page, top: { name: 'Start' }, args: ['Docs', 'Start', page] },
    track('Before Identify', {}),
    { type: 'identify', at: segment ? '/traits' : '/context/traits', sent: person, top: user, args: ['u_1001', person] },
    { type: 'group', at: '/traits', sent: company, top: { ...user, groupId: 'acct_42' }, args: ['acct_42', company] },
    track('Report Exported', { account_id: 'acct_42', user_id: 'u_1001' }, user),
    track('Größe geändert 🚀', words, user),
    track('Numbers', numbers, user),
    track('Nested', nested, user)
  ]
  if (segment) {
    const screen = mark({ rows: 3 })
    calls.push({ type: 'screen', at: '/properties', sent: screen, top: { ...user, name: 'Home' }, args: ['App', 'Home', screen] })
  }
  const options = segment ? { context: alias } : alias
  calls.push({ type: 'alias', at: '/context', sent: alias, top: {}, args: ['u_1002', 'u_1001', options] })
  return calls
}

// The test page is at another port than the listener, so every request of the SDK is a cross-origin one.
async function servePages (mode, calls) {
  const bundle = mode.bundle && buildSync({
    stdin: { contents: mode.bundle, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error'
  }).outputFiles[0].text
  const library = mode.bundle ? null : require.resolve('@segment/analytics-next/dist/umd/standalone.js')
  const html = (pageHost) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
    <title>Prix – Tarife</title><script>window.calls = ${inPage(calls)}</script>
    ${typeof mode.page === 'function' ? mode.page(pageHost) : mode.page}`
  const server = createServer((request, response) => {
    const answer = (type, text) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text)
    const path = new URL(request.url, 'http://page').pathname
    if (path === '/bundle.js') answer('text/javascript', bundle)
    else if (path === '/analytics.min.js') answer('text/javascript', readFileSync(library, 'utf8'))
    else if (path === '/left') answer('text/html', '<!doctype html><link rel="icon" href="data:,"><title>left</title>')
    else answer('text/html', html(request.headers.host))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

// Runs in the page: makes the calls and resolves with what the SDK told their caller.
async function makeCalls ({ calls, family, wait }) {
  const sdk = await window.sdk
  const one = async (call) => {
    if (family === 'rudder') {
      // the callback comes once the event is on its way, with the event as it will be sent
      return await new Promise((resolve) => sdk[call.type](...call.args, ...(call.args.length === 2 ? [null] : []), (event) => resolve({ id: event.messageId })))
    }
    const context = await sdk[call.type](...call.args)
    return { id: context.event.messageId, failed: context.failedDelivery()?.reason?.toString() }
  }
  const answers = calls.map(one)
  return wait ? await Promise.all(answers) : answers.length
}

async function until (what, condition) {
  const end = Date.now() + DEADLINE
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${DEADLINE} ms: ${what()}`)
    await sleep(20)
  }
}

async function main () {
  const mode = MODES[name]
  const calls = plan(mode.family)
  const server = await servePages(mode, calls)
  const pageBase = `http://localhost:${server.address().port}`
  const profile = mkdtempSync(join(tmpdir(), 'segscope-sdk-'))
  const problems = []
  const delivered = () => {
    const text = readFileSync(recording, 'utf8')
    return calls.filter((call) => text.includes(`"${call.sent.sdk_marker}"`)).length
  }
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    timeout: DEADLINE,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      // nothing but this machine has a name, so an SDK that talks to its maker fails the run
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1']
  })
  try {
    const page = browser.pages()[0] ?? await browser.newPage()
    let leaving = false
    browser.on('response', (response) => {
      if (![200, 204].includes(response.status())) problems.push(`${response.status()} for ${response.url()}`)
    })
    browser.on('request', (request) => {
      if (![base, pageBase].includes(new URL(request.url()).origin)) problems.push(`a request to ${request.url()}`)
    })
    browser.on('requestfailed', (request) => {
      // Once the page is gone nobody is told how its last requests went: the recording says it.
      if (!leaving) problems.push(`${request.failure()?.errorText} for ${request.method()} ${request.url()}`)
    })
    page.on('console', (message) => { if (message.type() === 'error') problems.push(`console: ${message.text()}`) })
    page.on('pageerror', (error) => problems.push(`page: ${error}`))
    await page.goto(`${pageBase}/pricing?utm_source=news`)

    const early = mode.early ?? 0
    const now = mode.batched ? calls.slice(early, BATCH) : calls.slice(early)
    const later = calls.slice(early + now.length)
    const inPageAnswers = await within(DEADLINE, 'what the SDK tells the caller',
      page.evaluate(makeCalls, { calls: now, family: mode.family, wait: true }))
    await until(() => `${delivered()} of ${early + now.length} calls recorded; ${problems.join('; ')}`,
      () => delivered() >= early + now.length || problems.length > 0)
    const laterAnswers = await within(DEADLINE, 'what the SDK tells the caller',
      page.evaluate(makeCalls, { calls: later, family: mode.family, wait: true }))
    if (later.length > 0 && delivered() !== early + now.length) problems.push('the second half did not wait for the page to go')

    leaving = true
    await page.goto(`${pageBase}/left`)
    await until(() => `${delivered()} of ${calls.length} calls recorded; ${problems.join('; ')}`,
      () => delivered() === calls.length || problems.length > 0)

    const answers = [...Array(early).fill({}), ...inPageAnswers, ...laterAnswers]
    answers.forEach((answer, i) => {
      if (answer.failed) problems.push(`${calls[i].sent.sdk_marker}: ${answer.failed}`)
    })
    if (problems.length > 0) throw new Error(problems.join('; '))
    writeResult(out, {
      write_key: key,
      library: mode.library,
      paths: mode.paths,
      encoding: null,
      content_type: mode.content_type ?? 'text/plain',
      calls: calls.map(({ args, ...call }, i) => ({ ...call, message_id: answers[i].id }))
    })
  } finally {
    await browser.close()
    server.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

await main()
