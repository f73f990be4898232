// Visits the page of each library twice, with and without segscope in between, and compares what came
// of it: check.mjs BINARY
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { olderRudderstack, require, rudderstack, segment } from './libraries.mjs'

const { chromium } = require('playwright-core')
const [binary] = process.argv.slice(2)
const DEADLINE = 60_000
const CALLS = 4

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
      // `*` would not stand for `Authorization`
      response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*')
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
async function serveCdn (library, tracking) {
  const loaded = []
  const served = await serve((request, response) => {
    const path = new URL(request.url, 'http://cdn').pathname
    loaded.push(path)
    const file = library.files(path, tracking)
    if (file === undefined) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file.startsWith('{') ? 'application/json' : 'text/javascript' }).end(file)
  })
  return { ...served, loaded }
}

// The page of an app.
async function servePage (library, hosts) {
  return await serve((request, response) => {
    const code = library.ownFiles?.[request.url]
    if (code !== undefined) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
    response.writeHead(200, { 'content-type': 'text/html' }).end(
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Shop</title>
       <script>window.stubCalls = []</script>${library.page(hosts)}`)
  })
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

// Visits the page of a library, and says what became of its calls.
async function visit (library, folder, throughSegscope) {
  const tracking = await serveTracking()
  const cdn = await serveCdn(library, tracking)
  const segscope = throughSegscope ? await startSegscope(folder, tracking, cdn) : null
  const page = await servePage(library, {
    tracking: segscope?.host ?? tracking.host, settings: segscope?.host ?? cdn.host, cdn: cdn.host
  })
  const problems = []
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM, headless: true, timeout: DEADLINE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
  })
  try {
    const tab = await browser.newPage()
    tab.on('console', (message) => {
      const text = message.text()
      if (message.type() === 'error' && !library.says?.test(text)) problems.push(text)
    })
    tab.on('pageerror', (error) => problems.push(String(error)))
    tab.on('requestfailed', (request) => problems.push(`${request.failure()?.errorText} for ${request.url()}`))
    await tab.goto(`http://${page.host}/`)
    const stub = () => tab.evaluate(() => window.stubCalls)
    await until(() => `${tracking.calls.length} calls arrived; ${problems}`,
      async () => tracking.calls.length >= CALLS && (await stub()).length >= CALLS)
    const sorted = (list) => list.map((entry) => JSON.stringify(entry)).sort()
    const outcome = { stub: sorted(await stub()), calls: sorted(tracking.calls), loaded: sorted(cdn.loaded), problems }
    if (segscope) {
      // the service has a call before segscope has the response and counts it
      let summary
      await until(() => `segscope has counted the calls of the page: ${JSON.stringify(summary)}`, async () => {
        summary = await (await fetch(`http://${segscope.host}/_segscope/summary`)).json()
        // `received` includes preflights
        return summary.calls >= CALLS && summary.forward.acknowledged === summary.forward.received
      })
      assert.equal(summary.calls, CALLS, 'segscope has seen the calls of the page')
      assert.equal(summary.refused, 0)
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

for (const library of [segment, rudderstack, olderRudderstack]) {
  const folder = mkdtempSync(join(tmpdir(), 'segscope-page-'))
  try {
    const without = await visit(library, folder, false)
    const through = await visit(library, folder, true)
    assert.equal(without.stub.length, CALLS, 'the destination on the page gets each call')
    assert.deepEqual(without.problems, [])
    assert.deepEqual(through, without)
    console.log(`${library.name}: ${CALLS} calls, ${without.loaded.length} files loaded: the page works the same with and without segscope`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
