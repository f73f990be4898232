import { expect, test } from 'segscope/playwright'

test.beforeEach(async ({ page, segscope }) => {
  await page.goto(`/?segment=${segscope.url}&key=${segscope.writeKey}`)
  await expect(segscope).toHaveSent({ type: 'identify', userId: 'u1' })
})

test('an order is tracked once, with its account', async ({ page, segscope }) => {
  await page.getByRole('button', { name: 'Order' }).click()
  await expect(segscope).toHaveSent(
    { event: 'Order Received', properties: { company_id: 'acct_42', total: 42 }, missing: [] },
    { count: 1 },
  )
})

test('nothing is tracked without consent', async ({ page, segscope }) => {
  await page.getByLabel('Analytics').uncheck()
  await page.getByRole('button', { name: 'Order' }).click()
  await expect(segscope).not.toHaveSent({ type: 'track' })
})
