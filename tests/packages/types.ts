// What the types of the package accept.
import { connect, matchers, start, type CallRecord, type Listener } from 'segscope'
import { expect, test } from 'segscope/playwright'

const listener: Listener = await start({ vendor: ['planhat'], record: 'calls.ndjson' })
const calls: CallRecord[] = await listener.test('a').waitFor({ type: 'track', event: /Order/, properties: { total: 42 } }, { count: 2 })
const ids: string | null = calls[0].account_id
await connect().expectNone({ filter: 'missing(account_id)' }, { quietMs: 10 })
console.log(ids, matchers.toHaveSent)
// @ts-expect-error there is no such type of call
await listener.waitFor({ type: 'trck' })

test.use({ baseURL: 'http://127.0.0.1' })
test('a', async ({ page, segscope }) => {
  await page.goto(segscope.url)
  await expect(segscope).toHaveSent({ event: 'A' }, { count: 1 })
  await expect(segscope).not.toHaveSent({ event: 'A' })
  await expect(page).toHaveTitle('A')
})
