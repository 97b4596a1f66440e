#!/usr/bin/env bash
# Runs the browser stories against a server of their own, with the demo communities in a fresh database.
# Arguments go to Playwright. ZHAOXI_BINARY names the server; DATABASE_URL may name another database.
set -euo pipefail
cd "$(dirname "$0")"

folder=$(mktemp -d /tmp/zhaoxi-stories.XXXXXX)
server=''
finish() {
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT

port=4100
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
done
export ZHAOXI_ADDRESS=http://localhost:$port

"$ZHAOXI_BINARY" keys new --keys-file "$folder/stories.keys" >/dev/null
# All stories come from one address within a minute, which is what the rate limit is there to stop.
"$ZHAOXI_BINARY" serve --demo --addr "127.0.0.1:$port" --no-rate-limit \
    --keys-file "$folder/stories.keys" --database-url "${DATABASE_URL:-sqlite://$folder/stories.db}" >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 150); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        ready=1
        break
    fi
    sleep 0.2
done
if [[ -z ${ready:-} ]]; then
    cat "$folder/server.log"
    exit 1
fi

npx playwright test "$@" || {
    status=$?
    grep -E 'ERROR|panicked' "$folder/server.log" | head -20 || true
    exit "$status"
}
