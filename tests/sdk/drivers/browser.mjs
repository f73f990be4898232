// Drives one browser SDK in headless Chromium: browser.mjs NAME BASE OUT RECORDING
import { createServer } from 'node:http'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { chromium } from 'playwright-core'
import { drive, nested, numbers, versionOf, within, words, writeKeyOf, writeResult } from './result.mjs'

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
async function makeCalls ({ calls, family }) {
  const sdk = await window.sdk
  const one = async (call) => {
    if (family === 'rudder') {
      // the callback comes once the event is on its way, with the event as it will be sent
      return await new Promise((resolve) => sdk[call.type](...call.args, ...(call.args.length === 2 ? [null] : []), (event) => resolve({ id: event.messageId })))
    }
    const context = await sdk[call.type](...call.args)
    return { id: context.event.messageId, failed: context.failedDelivery()?.reason?.toString() }
  }
  return await Promise.all(calls.map(one))
}

// What the browser saw go wrong. The first one ends whatever is being waited for: an SDK that cannot reach the
// listener mostly says nothing to its caller.
class Problems {
  constructor () {
    this.found = []
    this.first = new Promise((_resolve, reject) => { this.reject = reject })
    this.first.catch(() => {})
  }

  add (text) {
    this.found.push(text)
    this.reject(new Error(text))
  }

  // The promise's value, unless there is a problem first.
  async unless (what, promise) {
    return await within(DEADLINE, what, Promise.race([promise, this.first]))
  }

  async until (what, condition) {
    const end = Date.now() + DEADLINE
    while (!condition()) {
      if (this.found.length > 0) throw new Error(this.found[0])
      if (Date.now() > end) throw new Error(`not within ${DEADLINE} ms: ${what()}`)
      await sleep(20)
    }
  }
}

// Everything that an SDK's user would call a failure becomes a problem.
function watch (browser, page, origins, problems) {
  const watching = { open: new Set(), leaving: false }
  browser.on('request', (request) => {
    watching.open.add(request)
    if (!origins.includes(new URL(request.url()).origin)) problems.add(`a request to ${request.url()}`)
  })
  browser.on('requestfinished', (request) => watching.open.delete(request))
  browser.on('requestfailed', (request) => {
    watching.open.delete(request)
    // Once the page is gone nobody is told how its last requests went: the recording says it.
    if (!watching.leaving) problems.add(`${request.failure()?.errorText} for ${request.method()} ${request.url()}`)
  })
  browser.on('response', (response) => {
    if (![200, 204].includes(response.status())) problems.add(`${response.status()} for ${response.url()}`)
  })
  page.on('console', (message) => { if (message.type() === 'error') problems.add(`console: ${message.text()}`) })
  page.on('pageerror', (error) => problems.add(`page: ${error}`))
  return watching
}

async function openBrowser (profile) {
  return await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    timeout: DEADLINE,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      // nothing but this machine has a name, so an SDK that talks to its maker fails the run
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1']
  })
}

// Makes the calls from a page, in batching modes the last of them just before leaving it. Returns what the SDK
// told the caller of each call.
async function visit (browser, pageBase, mode, calls) {
  const problems = new Problems()
  const page = browser.pages()[0] ?? await browser.newPage()
  const watching = watch(browser, page, [base, pageBase], problems)
  const make = (some) => problems.unless('what the SDK tells its caller',
    page.evaluate(makeCalls, { calls: some, family: mode.family }))
  const delivered = () => {
    const text = existsSync(recording) ? readFileSync(recording, 'utf8') : ''
    return calls.filter((call) => text.includes(`"${call.sent.sdk_marker}"`)).length
  }
  await page.goto(`${pageBase}/pricing?utm_source=news`)

  // the early ones were made by the page itself, before the library was there
  const early = mode.early ?? 0
  const first = mode.batched ? BATCH : calls.length
  const answers = [...Array(early).fill({}), ...await make(calls.slice(early, first))]
  await problems.until(() => `${delivered()} of ${first} calls recorded, ${watching.open.size} requests open`,
    () => watching.open.size === 0 && delivered() >= first)
  answers.push(...await make(calls.slice(first)))
  if (delivered() !== first) problems.add('the unfilled batch did not wait for the page to go')

  watching.leaving = true
  await page.goto(`${pageBase}/left`)
  await problems.until(() => `${delivered()} of ${calls.length} calls recorded`, () => delivered() === calls.length)
  answers.forEach((answer, i) => {
    if (answer.failed) problems.add(`${calls[i].sent.sdk_marker}: ${answer.failed}`)
  })
  if (problems.found.length > 0) throw new Error(problems.found[0])
  return answers
}

async function main () {
  const mode = MODES[name]
  const calls = plan(mode.family)
  const server = await servePages(mode, calls)
  const profile = mkdtempSync(join(tmpdir(), 'segscope-sdk-'))
  const browser = await openBrowser(profile)
  try {
    const answers = await visit(browser, `http://localhost:${server.address().port}`, mode, calls)
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
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

drive(main)
