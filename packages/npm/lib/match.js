// Compares calls with what a test expects of them.

/** The members of an expectation that are compared with the call record, not with the call. */
const OF_RECORD = ['account_id', 'user_id', 'missing', 'name']

/** Escapes what a terminal may act on: control characters other than line ends, and those of direction. */
export const visible = (text) =>
  text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a value is compared in a way of its own. */
const isPattern = (value) =>
  value instanceof RegExp || typeof value === 'function' || typeof value?.asymmetricMatch === 'function'

function patternText(value) {
  if (typeof value === 'function') return value.name ? `${value.name}()` : 'a value that passes'
  return String(value)
}

/** Writes a value for a message. */
export function shown(value) {
  if (value === undefined) return 'nothing'
  if (isPattern(value)) return patternText(value)
  const text = JSON.stringify(value, (_, inner) => (isPattern(inner) ? patternText(inner) : inner))
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Collects how a value differs from what is expected: objects may have further members. */
function compare(expected, received, path, out) {
  if (typeof expected?.asymmetricMatch === 'function') {
    out.push({ path, expected, received, same: expected.asymmetricMatch(received) })
  } else if (expected instanceof RegExp) {
    out.push({ path, expected, received, same: typeof received === 'string' && expected.test(received) })
  } else if (typeof expected === 'function') {
    out.push({ path, expected, received, same: Boolean(expected(received)) })
  } else if (isObject(expected) && isObject(received)) {
    for (const key of Object.keys(expected)) {
      compare(expected[key], received[key], path ? `${path}.${key}` : key, out)
    }
  } else if (Array.isArray(expected) && Array.isArray(received)) {
    if (expected.length !== received.length) out.push({ path, expected, received, same: false })
    else expected.forEach((item, at) => compare(item, received[at], `${path}.${at}`, out))
  } else {
    out.push({ path, expected, received, same: Object.is(expected, received) })
  }
}

/** Returns the places in which a call record differs from an expectation, and how many are the same. */
export function differences(expected, record) {
  const out = []
  const { filter: _, ...rest } = expected
  for (const key of Object.keys(rest)) {
    const of = OF_RECORD.includes(key) ? record : record.call
    const received = key === 'type' ? record.type : of[key]
    compare(rest[key], received, key, out)
  }
  const wrong = out.filter((place) => !place.same)
  return { wrong, same: out.length - wrong.length }
}

/** Whether a call record is as expected. */
export const matches = (expected, record) => differences(expected, record).wrong.length === 0

/** Whether names are alike but for case, blanks, and signs, or a few letters. */
function isSimilar(a, b) {
  const plain = (text) => String(text).toLowerCase().replace(/[^a-z0-9]/g, '')
  const [x, y] = [plain(a), plain(b)]
  if (x === y) return true
  if (Math.abs(x.length - y.length) > 3 || x.length < 4) return false
  const letters = [...y]
  let common = 0
  for (const letter of x) {
    const at = letters.indexOf(letter)
    if (at >= 0) {
      letters.splice(at, 1)
      common += 1
    }
  }
  return common >= Math.max(x.length, y.length) - 3
}

/** Returns the call record that is most like an expectation. */
export function nearest(expected, records) {
  let best
  for (const record of records) {
    const { wrong, same } = differences(expected, record)
    const event = wrong.find((place) => place.path === 'event')
    const named = event === undefined ? 3 : isSimilar(event.expected, event.received) ? 2 : 0
    const score = named * 100 + same * 10 - wrong.length
    if (best === undefined || score > best.score) best = { record, wrong, score }
  }
  return best
}

/** Describes an expectation in a few words. */
export function title(expected) {
  const { type, event, filter, ...rest } = expected
  const parts = [type, event === undefined ? undefined : shown(event), filter]
  if (Object.keys(rest).length > 0) parts.push(shown(rest))
  return parts.filter((part) => part !== undefined).join(' ') || 'any call'
}

/** Describes a call record on one line. */
export function callTitle(record) {
  const ids = ['account_id', 'user_id'].map((name) => `${name} ${shown(record[name] ?? undefined)}`)
  const name = record.name === null ? '' : ` ${shown(record.name)}`
  return `call ${record.seq}: ${record.type ?? 'no type'}${name} (${ids.join(', ')})`
}

/** Returns the lines that say what is wrong with a call and how to fix it. */
export function fixLines(record) {
  const lines = []
  if (record.missing.length > 0) lines.push(`missing: ${record.missing.join(', ')}`)
  const findings = record.findings.filter((finding) => finding.severity === 'error').slice(0, 5)
  for (const { code, message, fix } of findings) {
    lines.push(`${code}: ${message}`)
    if (fix) lines.push(`  fix: ${fix}`)
  }
  if (record.fix_snippet) {
    lines.push(`corrected call (${record.fix_language}):`)
    lines.push(...record.fix_snippet.split('\n').map((line) => `  ${line}`))
  }
  return lines
}
