#!/usr/bin/env bash
# Measures, against a fresh server, built if needed. `scripts/bench.sh --only browser` measures a phone's browser alone.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

scripts/build.sh
export ZHAOXI_BINARY=$target/release/zhaoxi
step 'measurements' bench/run.sh "$@"
