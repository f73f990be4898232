#!/bin/sh
# Checks that the filter agrees with Segment's own evaluator on the part of FQL that it knows:
# installs the pinned package into a work folder, makes many more cases than are kept beside this
# file, and runs the comparison on them. With `--keep`, renews the kept cases.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${SEGSCOPE_AGREE_FOLDER:-$(mktemp -d)}
npm install --silent --no-save --no-audit --no-fund --prefix "$work" '@segment/destination-subscriptions@3.37.0'
node "$here/generate.mjs" "$work" 400 >"$work/kept.ndjson"
if [ "${1:-}" = --keep ]; then
    cp "$work/kept.ndjson" "$here/cases.ndjson"
fi
cmp "$work/kept.ndjson" "$here/cases.ndjson"
node "$here/generate.mjs" "$work" 20000 >"$work/many.ndjson"
cd "$here/../../../.."
SEGSCOPE_AGREE_CASES="$work/many.ndjson" cargo test --test engine segment_evaluator
