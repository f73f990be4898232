// Matchers for `expect`, in Playwright, Vitest and Jest.
import { SegscopeError } from './listener.js'

/** Passes if a call is sent that is as expected; with `count`, exactly that many. */
async function toHaveSent(calls, expected, options = {}) {
  const outcome = (pass, message) => ({ pass, message: () => message, name: 'toHaveSent', expected })
  try {
    if (this.isNot) {
      await calls.expectNone(expected, options)
      return outcome(false, '')
    }
    const found = await calls.waitFor(expected, options)
    if (options.count !== undefined) {
      await calls.expectNone(expected, { quietMs: options.quietMs, after: found.at(-1)?.seq ?? options.after })
    }
    return outcome(true, '')
  } catch (error) {
    if (!(error instanceof SegscopeError)) throw error
    return outcome(Boolean(this.isNot), error.message)
  }
}

export const matchers = { toHaveSent }
