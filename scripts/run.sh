#!/usr/bin/env bash
# Sets up, builds and serves with demo data, and says how long it took. The database stays in data/.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

# What the server needs can be compiled while the tools for the pages are: neither fills two cores by itself.
if [[ ! -x $tools/bin/cargo-leptos && -n $(command -v cargo) ]]; then
    background 'server, in release' "$target/server-build.log" \
        cargo build --release --package server --bin zhaoxi --no-default-features
    scripts/setup.sh run
    await
else
    scripts/setup.sh run
fi
scripts/build.sh

port=3000
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
done
mkdir -p data
say "✓ ready to serve after $(seconds "$SECONDS")"
exec "$target/release/zhaoxi" serve --demo --addr "127.0.0.1:$port" --database-url "sqlite://$root/data/zhaoxi.db" "$@"
