#!/usr/bin/env bash
# Everything: set-up, lints, tests on SQLite and on a PostgreSQL of their own, the release build, browser stories.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

postgres=''
stop_postgres() {
    if [[ -n $postgres ]]; then
        scripts/postgres.sh stop "$postgres" || true
        rm -rf "$postgres"
    fi
}
trap stop_postgres EXIT

start_postgres() {
    postgres=$(mktemp -d /tmp/zhaoxi-test.XXXXXX)
    chmod 755 "$postgres"
    ZHAOXI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres")
    export ZHAOXI_TEST_POSTGRES
    say '✓ a PostgreSQL for the tests is running'
}

scripts/setup.sh test
scripts/lint.sh
start_postgres
step 'tests' cargo test --quiet -p domain -p store -p server -p app -p proof --features app/ssr
stop_postgres
postgres=''
scripts/e2e.sh
say "✓ all tests passed in $(seconds "$SECONDS")"
