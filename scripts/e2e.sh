#!/usr/bin/env bash
# Browser stories against a fresh server, built if needed.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

scripts/build.sh
export ZHAOXI_BINARY=$target/release/zhaoxi
step 'browser stories' end2end/run.sh "$@"
