// Visits the same page twice, with and without segscope in between, and compares what came of it:
// check.mjs BINARY
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

const require = createRequire(new URL('../sdk/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const snippet = require('@segment/snippet')
const library = require.resolve('@segment/analytics-next/dist/umd/standalone.js')
const [binary] = process.argv.slice(2)
const KEY = 'wk_page'
const DEADLINE = 60_000
const CALLS = 4

// A destination that runs on the page, as Segment's CDN serves one.
const STUB = `window.stubDestination = (settings) => {
  const take = (ctx) => { window.stubCalls.push([settings.token, ctx.event.type, ctx.event.event ?? ctx.event.name ?? ctx.event.userId]); return ctx }
  return { name: 'Stub', type: 'destination', version: '1.0.0', isLoaded: () => true, load: async () => {},
    track: take, identify: take, page: take, group: take }
}`

async function until (what, condition) {
  const end = Date.now() + DEADLINE
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`not within ${DEADLINE} ms: ${what()}`)
    await sleep(20)
  }
}

async function serve (handle) {
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-allow-headers', '*')
      if (request.method === 'OPTIONS') return response.writeHead(204).end()
      handle(request, response, Buffer.concat(chunks))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, host: `127.0.0.1:${server.address().port}` }
}

// The service that takes the calls.
async function serveTracking () {
  const calls = []
  const served = await serve((request, response, body) => {
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const call = JSON.parse(text)
    if (request.url !== '/v1/m') calls.push([request.url, call.type, call.event ?? call.name ?? call.userId])
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}')
  })
  return { ...served, calls }
}

// The service that a page loads from.
async function serveCdn (tracking) {
  const loaded = []
  const settings = JSON.stringify({
    integrations: { 'Segment.io': { apiKey: KEY, apiHost: `${tracking.host}/v1`, protocol: 'http', unbundledIntegrations: [] } },
    remotePlugins: [{
      name: 'Stub', creationName: 'Stub', libraryName: 'stubDestination',
      url: 'https://cdn.segment.com/next-integrations/actions/stub/1.js', settings: { token: 't1' }
    }],
    plan: { track: { __default: { enabled: true, integrations: {} } } },
    metrics: { sampleRate: 0 }
  }, null, 1)
  const served = await serve((request, response) => {
    const path = new URL(request.url, 'http://cdn').pathname
    loaded.push(path)
    const answer = (type, body) => response.writeHead(200, { 'content-type': type }).end(body)
    const code = (file) => answer('text/javascript', readFileSync(file))
    if (path === `/v1/projects/${KEY}/settings`) return answer('application/json', settings)
    if (path === '/next-integrations/actions/stub/1.js') return answer('text/javascript', STUB)
    if (path === `/analytics.js/v1/${KEY}/analytics.min.js`) return code(library)
    if (path.startsWith('/analytics-next/bundles/')) return code(join(library, '..', basename(path)))
    response.writeHead(404).end()
  })
  return { ...served, loaded }
}

// The page of an app, with the snippet that Segment gives to its customers.
async function servePage (cdnHost) {
  const loads = snippet.max({
    apiKey: KEY, host: cdnHost, ajsPath: `/analytics.js/v1/${KEY}/analytics.min.js`, load: false, page: false
  }).replaceAll('https://', 'http://')
  return await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Shop</title><script>
     window.stubCalls = [];
     ${loads};
     analytics._cdn = 'http://${cdnHost}'
     analytics.load('${KEY}')
     analytics.page('Start')
     analytics.identify('u_1', { plan: 'pro' })
     analytics.track('Order Received', { account_id: 'a_1' })
     analytics.ready(() => analytics.track('Ready'))
     </script>`))
}

async function startSegscope (folder, tracking, cdn) {
  const program = spawn(binary, ['tail', '--format', 'quiet', '--listen', '127.0.0.1:0',
    '--record', join(folder, 'r.ndjson'), '--forward', `http://${tracking.host}`, '--forward-cdn', `http://${cdn.host}`],
  { env: { HOME: folder, PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'] })
  // whatever ends this script
  process.on('exit', () => program.kill('SIGKILL'))
  let said = ''
  program.stderr.on('data', (chunk) => { said += chunk })
  const host = () => said.match(/listening on http:\/\/(127\.0\.0\.1:\d+)/)?.[1]
  await until(() => `segscope listens: ${said}`, () => host() || program.exitCode !== null)
  assert(host(), said)
  return { program, host: host() }
}

// Visits the page, and says what became of its calls.
async function visit (folder, throughSegscope) {
  const tracking = await serveTracking()
  const cdn = await serveCdn(tracking)
  const segscope = throughSegscope ? await startSegscope(folder, tracking, cdn) : null
  const page = await servePage(segscope?.host ?? cdn.host)
  const problems = []
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM, headless: true, timeout: DEADLINE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
  })
  try {
    const tab = await browser.newPage()
    tab.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
    tab.on('pageerror', (error) => problems.push(String(error)))
    tab.on('requestfailed', (request) => problems.push(`${request.failure()?.errorText} for ${request.url()}`))
    await tab.goto(`http://${page.host}/`)
    const stub = () => tab.evaluate(() => window.stubCalls)
    await until(() => `${tracking.calls.length} calls arrived; ${problems}`,
      async () => tracking.calls.length >= CALLS && (await stub()).length >= CALLS)
    const sorted = (list) => list.map((entry) => JSON.stringify(entry)).sort()
    const outcome = { stub: sorted(await stub()), calls: sorted(tracking.calls), loaded: sorted(cdn.loaded), problems }
    if (segscope) {
      const summary = await (await fetch(`http://${segscope.host}/_segscope/summary`)).json()
      assert.equal(summary.calls, CALLS, 'segscope has seen the calls of the page')
      assert.equal(summary.refused, 0)
      assert.equal(summary.forward.acknowledged, summary.forward.received, 'calls and preflights')
    }
    return outcome
  } finally {
    await browser.close()
    if (segscope) {
      const ended = new Promise((resolve) => segscope.program.once('exit', resolve))
      segscope.program.kill('SIGTERM')
      await ended
    }
    for (const { server } of [tracking, cdn, page]) {
      server.closeAllConnections()
      server.close()
    }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'segscope-page-'))
try {
  const without = await visit(folder, false)
  const through = await visit(folder, true)
  assert.equal(without.stub.length, CALLS, 'the destination on the page gets each call')
  assert.deepEqual(without.problems, [])
  assert.deepEqual(through, without)
  console.log(`${CALLS} calls, ${without.loaded.length} files loaded: the page works the same with and without segscope`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
