import type { Expect, TestType, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions } from '@playwright/test'
import type { Expected, Listener, NoneOptions, StartOptions, TestCalls, WaitOptions } from './index.js'

export interface SegscopeFixtures {
  /** The calls of this test. */
  segscope: TestCalls
}

export interface SegscopeWorkerFixtures {
  /** How the listener of a worker is started. */
  segscopeOptions: StartOptions
  /** The listener of this worker. */
  segscopeListener: Listener
}

export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & SegscopeFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & SegscopeWorkerFixtures
>


export const expect: Expect<{
  toHaveSent(calls: unknown, expected: Expected, options?: WaitOptions & NoneOptions): Promise<{ pass: boolean; message: () => string }>
}>
