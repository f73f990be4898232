// What a driver leaves behind for check.py: the calls that it made, and how each must look when captured.
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'

const require = createRequire(import.meta.url)

// Values that a careless reader would change: every SDK sends them, and they must come back as sent.
export const { words, numbers, nested } = require('./values.json')

// The version that is installed, not the one that package.json asks for.
export function versionOf (pkg) {
  const path = new URL(`../node_modules/${pkg}/package.json`, import.meta.url)
  const installed = JSON.parse(readFileSync(path, 'utf8')).version
  const pinned = require('../package.json').dependencies[pkg]
  if (installed !== pinned) throw new Error(`${pkg} is ${installed}, package.json pins ${pinned}`)
  return installed
}

export function writeKeyOf (name) {
  return `wk_${name.replaceAll('-', '_')}`
}

// calls: [{type, at, sent, top, message_id}]; `at` points at the object that holds `sent`.
export function writeResult (out, result) {
  writeFileSync(out, JSON.stringify(result, null, 1))
}

// Fails instead of waiting for ever; the text says what was being waited for.
export async function within (ms, what, promise) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

// Runs a driver; whatever goes wrong ends it with one line, which is what tests/sdk/run shows.
export function drive (main) {
  const fail = (error) => {
    console.error(error?.stack ?? error)
    console.error(`driver: ${String(error?.message ?? error).replace(/\s+/g, ' ')}`)
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  main().catch(fail)
}
