#!/usr/bin/env bash
# Everything: set-up, lints, dependencies, tests on SQLite and on a PostgreSQL of their own, the release build, browser stories.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

postgres=''
stop_postgres() {
    if [[ -n $postgres ]]; then
        scripts/postgres.sh stop "$postgres" || true
        rm -rf "$postgres"
    fi
}

# Whatever a failed step leaves behind goes on building for nobody.
stop_build() {
    if [[ -n ${background_job:-} ]]; then
        kill -- "-$background_job" 2>/dev/null || true
    fi
}
trap 'stop_build; stop_postgres' EXIT

start_postgres() {
    postgres=$(mktemp -d /tmp/zhaoxi-test.XXXXXX)
    chmod 755 "$postgres"
    ZHAOXI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres")
    export ZHAOXI_TEST_POSTGRES
    say '✓ a PostgreSQL for the tests is running'
}

scripts/setup.sh test
# Lints, tests and the release share no file that they build, and none of them fills two cores: the largest crates are
# compiled by one thread each.
background 'pages, wasm and server, in release' "$target/release-build.log" scripts/build.sh
scripts/lint.sh
scripts/audit.sh
start_postgres
step 'tests' cargo test --quiet -p domain -p store -p server -p app -p proof --features app/ssr
stop_postgres
postgres=''
await
scripts/e2e.sh
say "✓ all tests passed in $(seconds "$SECONDS")"
