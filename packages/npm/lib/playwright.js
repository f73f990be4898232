// Fixtures for Playwright: one listener per worker, and the calls of each test by themselves.
import { expect as baseExpect, test as baseTest } from '@playwright/test'
import { start } from './listener.js'
import { matchers } from './matchers.js'

export const test = baseTest.extend({
  segscopeOptions: [{}, { option: true, scope: 'worker' }],

  segscopeListener: [
    async ({ segscopeOptions }, use) => {
      const listener = await start(segscopeOptions)
      await use(listener)
      await listener.stop()
    },
    { scope: 'worker' },
  ],

  segscope: async ({ segscopeListener, context }, use, testInfo) => {
    const calls = segscopeListener.test(`${testInfo.testId}-${testInfo.retry}`)
    // requests of the page say which test they belong to, whatever write key the app has
    await context.route(`${segscopeListener.url}/**`, (route) =>
      route.continue({ headers: { ...route.request().headers(), ...calls.headers } }),
    )
    await use(calls)
    const sent = await calls.calls()
    if (sent.length > 0) {
      const body = sent.map((record) => JSON.stringify(record)).join('\n')
      await testInfo.attach('segscope.ndjson', { body, contentType: 'application/x-ndjson' })
    }
  },
})

export const expect = baseExpect.extend(matchers)
