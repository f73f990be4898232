// Finds the program: SEGSCOPE_BIN, or the package of this platform.
'use strict'

/** Returns the path of the program. Throws an error that says what to do if there is none. */
function programPath() {
  if (process.env.SEGSCOPE_BIN) return process.env.SEGSCOPE_BIN
  const name = `segscope-${process.platform}-${process.arch}`
  try {
    return require.resolve(`${name}/bin/segscope`)
  } catch {
    throw new Error(
      `the package ${name} is not installed; install segscope with its optional dependencies, or set SEGSCOPE_BIN to the program`,
    )
  }
}

module.exports = { programPath }
