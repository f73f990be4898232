/** One finding of a call. */
export interface Finding {
  code: string
  severity: 'error' | 'warning' | 'info'
  vendor: string | null
  path: string
  message: string
  why: string
  fix: string
  /** False if the vendor does not count for the call; otherwise left out. */
  in_use?: false
}

/** What one vendor makes of a call. */
export interface Outcome {
  verdict: 'delivered' | 'degraded' | 'dropped' | 'rejected' | 'ignored' | 'discarded'
  /** Whether the vendor counts for the call: it is chosen, or the call's service feeds it. */
  in_use: boolean
  account_id: string | null
  user_id: string | null
  requests: { method: string; url: string; headers: Record<string, string>; body: unknown }[]
  [member: string]: unknown
}

/** A call as segscope records it. Members are only ever added. */
export interface CallRecord {
  seq: number
  received_at: string
  write_key: string | null
  type: string | null
  name: string | null
  message_id: string | null
  account_id: string | null
  user_id: string | null
  anonymous_id: string | null
  missing: ('account_id' | 'user_id')[]
  findings: Finding[]
  vendors: Record<string, Outcome>
  fix_language?: string
  fix_snippet?: string
  /** The call exactly as it was received. */
  call: Record<string, any>
  [member: string]: unknown
}

/** A value, a pattern, a function that returns whether a value is right, or an object with more members. */
export type Pattern = unknown

/** What a call should be. Objects in it may have further members in the call. */
export interface Expected {
  type?: 'track' | 'identify' | 'group' | 'page' | 'screen' | 'alias'
  event?: string | RegExp
  /** The event, or the name of a page or screen. */
  name?: string | RegExp
  userId?: Pattern
  anonymousId?: Pattern
  properties?: Pattern
  traits?: Pattern
  context?: Pattern
  /** The ids as the first vendor in use finds them. */
  account_id?: Pattern
  user_id?: Pattern
  /** The ids that a vendor in use misses: `[]` for none. */
  missing?: Pattern
  /** A filter in Segment's FQL, with segscope's additions. */
  filter?: string
  [member: string]: Pattern
}

export interface WaitOptions {
  /** How many calls; with `toHaveSent` exactly that many. Default 1. */
  count?: number
  /** Default 10000. */
  timeoutMs?: number
  /** Only calls after this `seq`. */
  after?: number
}

export interface NoneOptions {
  /** How long no call may arrive. Default 500. */
  quietMs?: number
  /** Only calls after this `seq`. */
  after?: number
}

/** What a test expected did not happen. */
export class SegscopeError extends Error {}

/** Calls of a listener: all of them, or those of one test. */
export class Calls {
  constructor(url: string, options?: { token?: string; filter?: string })
  /** The base URL to which an SDK sends. */
  readonly url: string
  readonly host: string
  /** The calls that are as expected, the oldest first. */
  calls(expected?: Expected, options?: { after?: number }): Promise<CallRecord[]>
  /** The number of the newest call, for `after`. */
  last(): Promise<number>
  /** Waits until enough calls are as expected, and returns them. */
  waitFor(expected?: Expected, options?: WaitOptions): Promise<CallRecord[]>
  /** Waits until no call that is as expected has arrived for a while. */
  expectNone(expected?: Expected, options?: NoneOptions): Promise<void>
  /** Clears the calls, and returns how many. */
  reset(): Promise<number>
  /** What vendors would make of a call. It is not recorded. */
  judge(call: Record<string, unknown>): Promise<Pick<CallRecord, 'missing' | 'findings' | 'vendors'>>
}

/** The calls of one test, with what the app sends to mark them: one of the two is enough. */
export interface TestCalls extends Calls {
  readonly writeKey: string
  readonly headers: { 'x-segscope-test': string }
}

/** A running listener. */
export class Listener extends Calls {
  /** The calls of one test: those with its write key, or with its X-Segscope-Test header. */
  test(name: string): TestCalls
  stop(): Promise<void>
}

export interface StartOptions {
  /** The vendors that the team feeds. Default: all. */
  vendor?: string | string[]
  /** A plan, a tracking plan, or a good recording. */
  expect?: string
  /** The file of the recording. Default: none is kept. */
  record?: string
  /** A settings file. */
  config?: string
  /** Further arguments of `segscope tail`. */
  args?: string[]
  /** The program. Default: SEGSCOPE_BIN, or that of this package. */
  program?: string
  /** Default 10000. */
  startTimeoutMs?: number
}

/** Starts a listener on a free port. */
export function start(options?: StartOptions): Promise<Listener>
/** The listener of `segscope run`, or of any address. */
export function connect(url?: string, options?: { token?: string }): Calls

/** For `expect.extend`, in Vitest and Jest. */
export const matchers: {
  toHaveSent(calls: Calls, expected: Expected, options?: WaitOptions & NoneOptions): Promise<{ pass: boolean; message: () => string }>
}
