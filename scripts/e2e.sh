#!/usr/bin/env bash
# Browser stories against a fresh server, built if needed: all of them on SQLite; on a PostgreSQL of their own those of a
# desktop that book, change dates and wait for each other. With arguments, which go to Playwright, on SQLite only.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

on_postgres() {
    local folder code=0
    folder=$(mktemp -d /tmp/zhaoxi-stories.XXXXXX)
    chmod 755 "$folder"
    DATABASE_URL=$(scripts/postgres.sh start "$folder") end2end/run.sh --project=desktop stories/{care_details,dates,entry,household,live,parent,privacy,second_factor,staff,which}.spec.ts || code=$?
    scripts/postgres.sh stop "$folder"
    rm -rf "$folder"
    return "$code"
}

scripts/build.sh
export ZHAOXI_BINARY=$target/release/zhaoxi
step 'browser stories' end2end/run.sh "$@"
if (($# == 0)); then
    step 'browser stories of a desktop, on PostgreSQL' on_postgres
fi
