#!/usr/bin/env bash
# Builds the measuring program and the empty app, and measures. ZHAOXI_BINARY names the server.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh

empty=$target/empty
build_empty() {
    cargo build --manifest-path bench/empty/Cargo.toml --release --target wasm32-unknown-unknown --target-dir "$empty"
    wasm-bindgen --target web --no-typescript --out-dir "$empty/pkg" \
        "$empty/wasm32-unknown-unknown/release/empty.wasm"
    wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-reference-types \
        --enable-sign-ext --enable-mutable-globals --enable-multivalue \
        "$empty/pkg/empty_bg.wasm" -o "$empty/pkg/empty_bg.wasm"
    node -e '
        const fs = require("fs"), zlib = require("zlib");
        for (const file of process.argv.slice(1)) {
            fs.writeFileSync(file + ".br", zlib.brotliCompressSync(fs.readFileSync(file)));
        }
    ' "$empty/pkg/empty_bg.wasm" "$empty/pkg/empty.js"
}

postgres=$(mktemp -d /tmp/zhaoxi-bench.XXXXXX)
chmod 755 "$postgres"
trap 'scripts/postgres.sh stop "$postgres" || true; rm -rf "$postgres"' EXIT
start_postgres() {
    scripts/postgres.sh start "$postgres" --durable
}
pgbench=$(compgen -G '/usr/lib/postgresql/*/bin/pgbench' | sort -V | tail -n 1 || true)
pgbench=${pgbench:-$(command -v pgbench || true)}
[[ -n $pgbench ]] || fail 'pgbench is missing: it comes with PostgreSQL'
# A connection a parent.
ulimit -n 8192 2>/dev/null || true

step 'an empty Leptos app' build_empty
step 'a PostgreSQL that waits for the disk' start_postgres
# Over PostgreSQL no server makes keys by itself.
export ZHAOXI_KEYS_FILE=$postgres/bench.keys
"$ZHAOXI_BINARY" keys new >/dev/null
step 'the measuring program' cargo build --release -p bench
"$target/release/bench" --server "$ZHAOXI_BINARY" --site "$target/site" --empty "$empty/pkg" \
    --postgres "$postgres" --pgbench "$pgbench" --report docs/performance.md "$@"
