// Pages that are broken on purpose: the message names the call, the id, and what to change.
import { expect, test } from 'segscope/playwright'

const order = { event: 'Order Received', properties: { company_id: 'acct_42' }, missing: [] }

/** Opens the page with a change in its code, orders, and returns the message of an expectation. */
async function message({ page, segscope }, [from, to], expectation) {
  await page.route('**/app.js', async (route) => {
    const response = await route.fetch()
    const text = await response.text()
    expect(text).toContain(from)
    await route.fulfill({ response, body: text.replace(from, to) })
  })
  await page.goto(`/?segment=${segscope.url}&key=${segscope.writeKey}`)
  if (to === '') await page.getByLabel('Analytics').uncheck()
  await page.getByRole('button', { name: 'Order' }).click()
  const error = await expectation(segscope).then(() => undefined, (error) => error)
  expect(error, 'the expectation fails').toBeDefined()
  return error.message
}

test('the id is dropped', async ({ page, segscope }) => {
  const text = await message({ page, segscope }, ['company_id: "acct_42", ', 'accountId: "acct_42", '], (segscope) =>
    expect(segscope).toHaveSent(order, { timeoutMs: 2000 }),
  )
  expect(text).toMatch(/the nearest of \d calls is call \d+: track "Order Received" \(account_id nothing, user_id "u1"\)/)
  expect(text).toContain('properties.company_id: expected "acct_42", received nothing')
  expect(text).toContain('missing: account_id')
  expect(text).toContain('fix: send the value of `properties.accountId` as `properties.company_id`')
  expect(text).toContain('corrected call (browser, analytics.js)')
})

test('the event is renamed', async ({ page, segscope }) => {
  const text = await message({ page, segscope }, ['"Order Received"', '"Order Recieved"'], (segscope) =>
    expect(segscope).toHaveSent(order, { timeoutMs: 2000 }),
  )
  expect(text).toContain('event: expected "Order Received", received "Order Recieved"')
})

test('the call is sent twice', async ({ page, segscope }) => {
  const twice = ['addEventListener("click", order)', 'addEventListener("click", () => { order(); order(); })']
  const text = await message({ page, segscope }, twice, (segscope) => expect(segscope).toHaveSent(order, { count: 1 }))
  expect(text).toMatch(/expected no call: "Order Received".*\n.*but this one was sent: call \d+: track "Order Received"/)
})

test('the call is sent without consent', async ({ page, segscope }) => {
  const text = await message({ page, segscope }, ['if (!document.querySelector("#consent").checked) return;', ''], (segscope) =>
    expect(segscope).not.toHaveSent({ type: 'track' }, { quietMs: 2000 }),
  )
  expect(text).toMatch(/but this one was sent: call \d+: track "Order Received" \(account_id "acct_42"/)
})
