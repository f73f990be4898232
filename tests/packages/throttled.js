// The recipe's test object, with the processor of each page slowed to a fourth.
import { expect, test as recipe } from 'segscope/playwright'

export { expect }

export const test = recipe.extend({
  page: async ({ page }, use) => {
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    await use(page)
  },
})
