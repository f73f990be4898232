// Ends with 1 if a file is no HAR with entries.
const fs = require("node:fs");
const { har } = require("har-validator/lib/promise");

const file = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
har(file)
  .then(({ log }) => {
    if (log.entries.length === 0) throw new Error("no entries");
    console.log(`${log.entries.length} entries`);
  })
  .catch((error) => {
    console.error(JSON.stringify(error.errors ?? error.message, null, 1));
    process.exit(1);
  });
