#!/usr/bin/env bash
# Formatting, lints, and what may depend on what. Features are never mixed: the server's in the wasm would make every
# click panic.
#
#   scripts/lint.sh          everything
#   scripts/lint.sh browser  all but the lints of the server side, which the tests' own build brings (scripts/test.sh)
set -euo pipefail
source "$(dirname "$0")/steps.sh"

# holds_none PACKAGE CRATES ARGUMENTS...: the package's tree holds none of the crates.
holds_none() {
    local package=$1 crates=$2 tree found
    shift 2
    tree=$(cargo tree --package "$package" --edges normal --prefix none "$@")
    found=$(grep -E "^($crates) " <<<"$tree" | sort -u) || return 0
    fail "$package must not depend on:
$found"
}

# The browser's database is spoken to through tokio's channels (idb); a runtime of it has no business there.
no_runtime() {
    local tree found
    tree=$(cargo tree --package frontend --edges features --target wasm32-unknown-unknown --invert tokio)
    found=$(grep -oE 'tokio feature "(rt|rt-multi-thread|net|fs|io-std|process|signal|time|full)"' <<<"$tree" | sort -u) || return 0
    fail "frontend must not hold a runtime:
$found"
}

arrows() {
    local hosts='sea-orm|sea-orm-migration|sqlx|sqlx-core|axum|tower-sessions'
    holds_none frontend "$hosts|store|server|tyme4rs|fast_qr" --target wasm32-unknown-unknown
    no_runtime
    holds_none domain "$hosts|tokio|leptos|app|store|server" --all-features
    holds_none store "axum|leptos|app|server"
    holds_none proof "leptos|app|server"
    holds_none server proof
}

step 'format' cargo fmt --all --check
step 'arrows between the crates' arrows
if [[ ${1:-} != browser ]]; then
    step 'lints of the server side' \
        cargo clippy --quiet -p domain -p store -p server -p app -p proof -p bench --features app/ssr --all-targets -- -D warnings
fi
step 'lints of the browser side' \
    cargo clippy --quiet -p frontend -p app --features app/hydrate --target wasm32-unknown-unknown -- -D warnings
