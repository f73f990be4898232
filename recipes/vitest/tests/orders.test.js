import { matchers, start } from 'segscope'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Orders } from '../orders.js'

expect.extend(matchers)

let segscope
beforeAll(async () => {
  segscope = await start({ vendor: 'planhat' })
})
afterAll(() => segscope.stop())

test('an order is tracked with its account', async () => {
  const calls = segscope.test('tracked')
  const orders = new Orders({ writeKey: calls.writeKey, host: segscope.url })
  orders.receive({ user: 'u1', account: 'acct_42', total: 42 })
  await expect(calls).toHaveSent({ event: 'Order Received', userId: 'u1', properties: { total: 42 }, missing: [] })
})

test('nothing is tracked without an order', async () => {
  await expect(segscope.test('silent')).not.toHaveSent({ event: 'Order Received' }, { quietMs: 100 })
})
