// Starts a listener, and asks it what an app sent.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { callTitle, fixLines, matches, nearest, shown, title, visible } from './match.js'

const { programPath } = createRequire(import.meta.url)('./program-path.cjs')

/** The most calls that are compared for a message. */
const MAX_COMPARED = 1000
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_QUIET_MS = 500
const DEFAULT_START_MS = 10_000

/** What a test expected did not happen; the message says what was sent instead. */
export class SegscopeError extends Error {
  constructor(message) {
    super(visible(message))
    this.name = 'SegscopeError'
  }
}

/** Writes a text for a filter. */
const quoted = (text) =>
  JSON.stringify(text).replace(/\\[bfr]/g, (escape) => ({ '\\b': '\\u0008', '\\f': '\\u000c', '\\r': '\\u000d' })[escape])

/** The filter of what the listener itself can compare. */
function filterOf(expected, own) {
  const parts = own ? [own] : []
  if (expected.filter) parts.push(`(${expected.filter})`)
  if (typeof expected.type === 'string') parts.push(`type = ${quoted(expected.type)}`)
  if (typeof expected.event === 'string') parts.push(`event = ${quoted(expected.event)}`)
  return parts.join(' and ')
}

/** Whether an expectation asks for nothing that only this side can compare. */
const isFilterOnly = (expected) =>
  Object.keys(expected).every((key) => key === 'filter' || ((key === 'type' || key === 'event') && typeof expected[key] === 'string'))

const numbers = (options, timeout) => ({ timeoutMs: options.timeoutMs ?? timeout, count: options.count ?? 1 })

/** Calls of a listener: all of them, or those of one test. */
export class Calls {
  #url
  #token
  #filter

  constructor(url, { token, filter } = {}) {
    this.#url = url.replace(/\/+$/, '')
    this.#token = token
    this.#filter = filter
  }

  /** The base URL to which an SDK sends. */
  get url() {
    return this.#url
  }

  /** The address without `http://`. */
  get host() {
    return new URL(this.#url).host
  }

  /** Asks one of the listener's own paths. Statuses in `also` are answers too. */
  async ask(path, { query = {}, method = 'GET', body, also = [] } = {}) {
    const url = new URL(`${this.#url}/_segscope/${path}`)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    }
    const headers = { 'x-segscope': '1' }
    if (this.#token) headers.authorization = `Bearer ${this.#token}`
    let response
    try {
      response = await fetch(url, { method, body, headers })
    } catch (error) {
      throw new SegscopeError(`no listener answers at ${this.#url}: ${error.cause?.message ?? error.message}`)
    }
    const answer = await response.json()
    if (!response.ok && !also.includes(response.status)) {
      throw new SegscopeError(`segscope: ${answer.message ?? response.status}`)
    }
    return { status: response.status, ...answer }
  }

  /** The call records that are as expected, the oldest first. */
  async calls(expected = {}, { after = 0 } = {}) {
    const found = []
    for (;;) {
      const query = { filter: filterOf(expected, this.#filter), after, limit: MAX_COMPARED }
      const page = await this.ask('calls', { query })
      found.push(...page.calls.filter((record) => matches(expected, record)))
      if (!page.more) return found
      after = page.last
    }
  }

  /** The number of the newest call, for `after`. */
  async last() {
    return (await this.ask('summary')).last
  }

  /** Waits until enough calls are as expected, and returns them. */
  async waitFor(expected = {}, options = {}) {
    const { timeoutMs, count } = numbers(options, DEFAULT_TIMEOUT_MS)
    const deadline = Date.now() + timeoutMs
    const found = []
    let after = options.after ?? 0
    while (found.length < count) {
      const left = Math.max(0, deadline - Date.now())
      const wanted = isFilterOnly(expected) ? Math.min(count - found.length, MAX_COMPARED) : 1
      const query = { filter: filterOf(expected, this.#filter), after, count: wanted, timeout_ms: left }
      const page = await this.ask('wait', { query, also: [504] })
      found.push(...page.calls.filter((record) => matches(expected, record)))
      after = page.calls.at(-1)?.seq ?? after
      if (page.status === 504) throw new SegscopeError(await this.#notSent(expected, { ...options, count, timeoutMs }, found))
    }
    return found
  }

  /** Waits until no call that is as expected has arrived for a while; fails as soon as one has. */
  async expectNone(expected = {}, options = {}) {
    const quietMs = options.quietMs ?? DEFAULT_QUIET_MS
    const deadline = Date.now() + quietMs
    let after = options.after ?? 0
    for (;;) {
      const left = Math.max(0, deadline - Date.now())
      const query = { filter: filterOf(expected, this.#filter), none: 1, quiet_ms: left, after }
      const page = await this.ask('wait', { query, also: [409] })
      if (page.status === 200) return
      const record = page.calls.find((record) => matches(expected, record))
      if (record) {
        const lines = [`expected no call: ${title(expected)}`, `but this one was sent: ${callTitle(record)}`]
        throw new SegscopeError([...lines, `  ${shown(record.call)}`].join('\n'))
      }
      after = page.last
    }
  }

  /** Clears the calls. */
  async reset() {
    const query = this.#filter ? { filter: this.#filter } : {}
    return (await this.ask('reset', { method: 'POST', query })).cleared
  }

  /** What vendors would make of a call. It is not recorded. */
  async judge(call) {
    const { status: _, ...judged } = await this.ask('judge', { method: 'POST', body: JSON.stringify(call) })
    return judged
  }

  /** Says what was sent instead of what was expected. */
  async #notSent(expected, { count, timeoutMs, after = 0 }, found) {
    const lines = [`expected ${count === 1 ? 'a call' : `${count} calls`}: ${title(expected)}`]
    lines.push(`${found.length} of ${count} arrived within ${timeoutMs} ms`)
    const all = await this.calls({}, { after })
    const best = nearest(expected, all.filter((record) => !found.some(({ seq }) => seq === record.seq)))
    if (best === undefined) {
      lines.push(found.length === 0 ? `nothing was sent; the app's SDK must send to ${this.#url}` : 'nothing else was sent')
      return lines.join('\n')
    }
    lines.push(`the nearest of ${all.length} calls is ${callTitle(best.record)}`)
    for (const { path, expected: wanted, received } of best.wrong) {
      lines.push(`  ${path}: expected ${shown(wanted)}, received ${shown(received)}`)
    }
    if (best.wrong.length === 0) lines.push(`  it does not match the filter ${expected.filter}`)
    lines.push(...fixLines(best.record).map((line) => `  ${line}`))
    return lines.join('\n')
  }
}

/** A running listener. */
export class Listener extends Calls {
  #child
  #ended

  constructor(url, child) {
    super(url)
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', resolve))
  }

  /** The calls of one test: those with its write key, or with its X-Segscope-Test header. */
  test(name) {
    const key = name.replace(/[^A-Za-z0-9_-]/g, '-')
    const calls = new Calls(this.url, { filter: `(test = ${quoted(key)} or write_key = ${quoted(key)})` })
    return Object.assign(calls, { writeKey: key, headers: { 'x-segscope-test': key } })
  }

  /** Ends the listener. */
  async stop() {
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}

/** Starts a listener on a free port. */
export function start(options = {}) {
  const { vendor, expect, record, config, args = [], startTimeoutMs = DEFAULT_START_MS } = options
  const flags = ['tail', '--listen', '127.0.0.1:0', '--format', 'quiet']
  if (vendor) flags.push('--vendor', [vendor].flat().join(','))
  if (expect) flags.push('--expect', expect)
  if (config) flags.push('--config', config)
  flags.push(...(record ? ['--record', record] : ['--no-record']), ...args)
  const child = spawn(options.program ?? programPath(), flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.removeListener('exit', end))
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (why) => {
      clearTimeout(timer)
      child.kill('SIGTERM')
      reject(new SegscopeError(`segscope did not start: ${why}${said.trim()}`))
    }
    const timer = setTimeout(() => fail(`it did not listen within ${startTimeoutMs} ms. `), startTimeoutMs)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(`exit code ${code}. `))
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000)
      const url = /^listening on (http:\/\/\S+)/m.exec(said)?.[1]
      if (!url) return
      clearTimeout(timer)
      child.removeAllListeners('exit').once('exit', () => process.removeListener('exit', end))
      // what it says later is dropped, and must not fill the pipe
      child.stderr.removeAllListeners('data').resume()
      child.unref()
      child.stderr.unref?.()
      resolve(new Listener(url, child))
    })
  })
}

/** The listener of `segscope run`, or of any address. */
export function connect(url = process.env.SEGSCOPE_URL, { token = process.env.SEGSCOPE_TOKEN } = {}) {
  if (!url) throw new SegscopeError('SEGSCOPE_URL is not set: start the tests with `segscope run -- CMD`, or give a URL')
  return new Calls(url, { token })
}
