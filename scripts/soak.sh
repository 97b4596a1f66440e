#!/usr/bin/env bash
# Books, gives back and looks for MINUTES (30) at one server over SQLite, after a minute's refresh storm; fails unless its
# memory, its log and the time that people wait stay flat. ZHAOXI_BINARY names the server, else it is set up and built.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

if [[ -z ${ZHAOXI_BINARY:-} ]]; then
    scripts/setup.sh run
    scripts/build.sh
    export ZHAOXI_BINARY=$target/release/zhaoxi
fi
# A connection a reader.
ulimit -n 8192 2>/dev/null || true

step 'the measuring program' cargo build --release -p bench
"$target/release/bench" --server "$ZHAOXI_BINARY" --only soak --minutes "${MINUTES:-30}"
say '✓ nothing grew'
