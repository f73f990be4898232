// The module `segscope`, as it is installed, against its own listener.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { SegscopeError, connect, matchers, start } from 'segscope'

let listener
before(async () => {
  listener = await start({ vendor: 'planhat' })
})
after(() => listener.stop())

const send = async (calls, call) => {
  const authorization = `Basic ${Buffer.from(`${calls.writeKey}:`).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await fetch(`${listener.url}/v1/${call.type}`, { method: 'POST', headers, body: JSON.stringify(call) })
  assert.equal(response.status, 200)
}
const track = (event, properties, more = {}) => ({ type: 'track', event, userId: 'u1', properties, ...more })
const fails = async (promise, ...parts) => {
  const error = await promise.then(() => assert.fail('it passed'), (error) => error)
  assert.ok(error instanceof SegscopeError, String(error))
  for (const part of parts) assert.ok(error.message.includes(part), `${part}\n\n${error.message}`)
}

test('waits for a call that is as expected, in part', async () => {
  const calls = listener.test('in part')
  const waiting = calls.waitFor({ event: 'Order', properties: { items: [{ sku: 'a' }], total: (n) => n > 41, id: /^o-/ } })
  await send(calls, track('Order', { company_id: 'a', total: 41, id: 'o-1', items: [{ sku: 'a' }] }))
  await send(calls, track('Order', { company_id: 'a', total: 42, id: 'o-2', items: [{ sku: 'a', n: 1 }] }))
  const [call] = await waiting
  assert.equal(call.call.properties.id, 'o-2')
  assert.deepEqual(call.missing, [])
  assert.equal((await calls.calls({ event: 'Order' })).length, 2)
  await calls.waitFor({ event: 'Order' }, { count: 2 })
  assert.ok((await calls.last()) >= call.seq)
})

test('names the nearest call, the difference, the id and the fix', async () => {
  const calls = listener.test('nearest')
  await send(calls, track('Other', { company_id: 'a' }))
  await send(calls, track('Order Recieved', { accountId: 'a1', total: 41 }, { userId: 'u9' }))
  await fails(
    calls.waitFor({ event: 'Order Received', properties: { total: 42 } }, { timeoutMs: 50 }),
    'expected a call: "Order Received" {"properties":{"total":42}}',
    'the nearest of 2 calls is call',
    'event: expected "Order Received", received "Order Recieved"',
    'properties.total: expected 42, received 41',
    'missing: account_id',
    'fix: send the value of `properties.accountId` as',
  )
  await fails(calls.waitFor({ filter: 'properties.total > 50' }, { timeoutMs: 50 }), 'does not match the filter')
  await fails(listener.test('silent').waitFor({}, { timeoutMs: 50 }), 'nothing was sent', listener.url)
})

test('separates the calls of tests by write key and by header', async () => {
  const [one, other] = [listener.test('one'), listener.test('other "x"')]
  await send(one, track('Sent', {}))
  const headers = { ...other.headers, 'content-type': 'application/json' }
  await fetch(`${listener.url}/v1/track`, { method: 'POST', headers, body: JSON.stringify({ ...track('Sent', {}), writeKey: 'w' }) })
  assert.equal((await one.calls()).length, 1)
  assert.equal((await other.calls()).length, 1)
  assert.equal(await one.reset(), 1)
  assert.equal((await one.calls()).length, 0)
  assert.equal((await other.calls()).length, 1)
})

test('expects none, and names the one that was sent', async () => {
  const calls = listener.test('none')
  await send(calls, track('Order', { total: 1 }))
  await calls.expectNone({ event: 'Order', properties: { total: 2 } }, { quietMs: 50 })
  await fails(calls.expectNone({ type: 'track' }, { quietMs: 50 }), 'expected no call: track', 'but this one was sent: call')
})

test('is a matcher for expect', async () => {
  const calls = listener.test('matcher')
  await send(calls, track('Order', {}))
  const run = (isNot, ...args) => matchers.toHaveSent.call({ isNot }, calls, ...args)
  assert.equal((await run(false, { event: 'Order' }, { count: 1, quietMs: 20 })).pass, true)
  const none = await run(false, { event: 'No' }, { timeoutMs: 20 })
  assert.equal(none.pass, false)
  assert.match(none.message(), /the nearest of 1 calls/)
  assert.equal((await run(true, { event: 'No' }, { quietMs: 20 })).pass, false)
  const sent = await run(true, { event: 'Order' }, { quietMs: 20 })
  assert.equal(sent.pass, true)
  assert.match(sent.message(), /but this one was sent/)
  await send(calls, track('Order', {}))
  assert.equal((await run(false, { event: 'Order' }, { count: 1, quietMs: 20 })).pass, false)
})

test('judges a draft, and escapes captured text', async () => {
  const calls = listener.test('draft')
  assert.deepEqual((await calls.judge(track('E', {}, { userId: 'u2' }))).missing, ['account_id'])
  await send(calls, track('E\u001b[31m\u009b\u202e', {}))
  const error = await calls.waitFor({ event: 'F' }, { timeoutMs: 20 }).catch((error) => error)
  assert.doesNotMatch(error.message, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

test('mistakes are explained', async () => {
  await fails(listener.waitFor({ filter: 'event = = 1' }), 'filter: 1:')
  await fails(start({ vendor: 'nosuch' }), 'segscope did not start: exit code 2', 'nosuch')
  await fails(start({ program: '/nosuch' }), 'segscope did not start', 'ENOENT')
  await fails(connect('http://127.0.0.1:9').calls(), 'no listener answers at http://127.0.0.1:9')
  assert.throws(() => connect(''), /SEGSCOPE_URL is not set/)
})

test('the launcher passes on arguments, output and exit codes', () => {
  const run = (...args) => spawnSync('npx', ['--no-install', 'segscope', ...args], { encoding: 'utf8' })
  assert.match(run('--version').stdout, /^segscope \d/)
  assert.equal(run('run', '--', 'sh', '-c', 'exit 7').status, 7)
  const env = { ...process.env, SEGSCOPE_BIN: '/nosuch' }
  const failed = spawnSync('npx', ['--no-install', 'segscope'], { encoding: 'utf8', env })
  assert.equal(failed.status, 3)
  assert.match(failed.stderr, /could not start \/nosuch/)
})

test('a listener ends with the process that started it', async () => {
  const script = "import('segscope').then(async ({ start }) => console.log((await start()).url))"
  const url = await new Promise((resolve, reject) =>
    execFile(process.execPath, ['-e', script], (error, stdout) => (error ? reject(error) : resolve(stdout.trim()))),
  )
  const deadline = Date.now() + 10_000
  for (;;) {
    const isThere = await fetch(`${url}/_segscope/health`).then(() => true, () => false)
    if (!isThere) return
    assert.ok(Date.now() < deadline, 'it still listens')
  }
})
