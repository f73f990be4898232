#!/usr/bin/env node
// Starts the program of this platform with the same arguments, terminal and exit code.
'use strict'
const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const { programPath } = require('../lib/program-path.cjs')

let program
try {
  program = programPath()
} catch (error) {
  console.error(`segscope: ${error.message}`)
  process.exit(3)
}
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' })
// the terminal sends its signals to the program as well, which decides what they mean
for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`segscope: could not start ${program}: ${error.message}`)
  process.exit(3)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
