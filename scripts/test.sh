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

# Compiles the tests by clippy, which lints what it compiles: linting first would compile all that they need twice.
linted_tests() {
    local wrapper
    wrapper=$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver)
    RUSTC_WORKSPACE_WRAPPER=$wrapper CLIPPY_ARGS='-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__' \
        cargo test --quiet -p domain -p store -p server -p app -p proof -p bench --features app/ssr
}

scripts/setup.sh test
# Lints, tests and the release share no file that they build, and none of them fills two cores: the largest crates are
# compiled by one thread each.
background 'pages, wasm and server, in release' "$target/release-build.log" scripts/build.sh
scripts/lint.sh browser
scripts/audit.sh
start_postgres
step 'lints of the server side, and tests' linted_tests
stop_postgres
postgres=''
await
scripts/e2e.sh
say "✓ all tests passed in $(seconds "$SECONDS")"
