#!/usr/bin/env bash
# Builds the measuring program and the empty app, and measures. ZHAOXI_BINARY names the server. `--only browser`, like the
# other parts that bench/src/main.rs names, measures that alone and prints it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh

empty=$target/empty
# build_empty FOLDER FLAGS...: into the folder, ready to be served.
build_empty() {
    local folder=$empty/$1
    shift
    cargo build --manifest-path bench/empty/Cargo.toml --release --target wasm32-unknown-unknown --target-dir "$empty" "$@"
    wasm-bindgen --target web --no-typescript --out-dir "$folder" \
        "$empty/wasm32-unknown-unknown/release/empty.wasm"
    wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-reference-types \
        --enable-sign-ext --enable-mutable-globals --enable-multivalue \
        "$folder/empty_bg.wasm" -o "$folder/empty_bg.wasm"
    cp bench/empty/index.html "$folder"
    node -e '
        const fs = require("fs"), zlib = require("zlib");
        for (const file of process.argv.slice(1)) {
            fs.writeFileSync(file + ".br", zlib.brotliCompressSync(fs.readFileSync(file)));
        }
    ' "$folder"/{empty_bg.wasm,empty.js,index.html}
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

step 'an empty Leptos app' build_empty pkg
step 'the same with a button' build_empty tap --features tap
step 'a PostgreSQL that waits for the disk' start_postgres
# Over PostgreSQL no server makes keys by itself.
export ZHAOXI_KEYS_FILE=$postgres/bench.keys
"$ZHAOXI_BINARY" keys new >/dev/null
step 'the measuring program' cargo build --release -p bench
"$target/release/bench" --server "$ZHAOXI_BINARY" --site "$target/site" --empty "$empty/pkg" --tap "$empty/tap" \
    --postgres "$postgres" --pgbench "$pgbench" --report docs/performance.md "$@"
