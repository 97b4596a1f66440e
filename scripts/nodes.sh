#!/usr/bin/env bash
# Serves the demo from two nodes over one PostgreSQL, behind a proxy, until Ctrl-C: what docs/nodes.md describes.
# ZHAOXI_BINARY names the server, else everything is set up and built; PORT is the first that is tried for the proxy.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

if [[ -z ${ZHAOXI_BINARY:-} ]]; then
    scripts/setup.sh test
    scripts/build.sh
    export ZHAOXI_BINARY=$target/release/zhaoxi
fi

folder=$(mktemp -d /tmp/zhaoxi-nodes.XXXXXX)
chmod 755 "$folder"
mkdir "$folder/postgres"
chmod 755 "$folder/postgres"
started=()

stop() {
    trap - EXIT INT TERM
    local process
    for process in "${started[@]}"; do
        kill "$process" 2>/dev/null || true
    done
    for process in "${started[@]}"; do
        wait "$process" 2>/dev/null || true
    done
    scripts/postgres.sh stop "$folder/postgres" 2>/dev/null || true
    rm -rf "$folder"
    say 'stopped'
}
trap stop EXIT
trap 'exit 0' INT TERM

is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

next_port=${PORT:-4300}
# free_port: sets `port` to the next port that nobody listens on.
free_port() {
    while is_taken "$next_port"; do
        next_port=$((next_port + 1))
    done
    port=$next_port
    next_port=$((next_port + 1))
}

# is_ready PORT: true if the server there says that it can serve.
is_ready() {
    local answer=''
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    read -r -t 5 answer <&3 || true
    exec 3>&-
    [[ $answer == *' 200 '* ]]
}

# await_ready PORT WHAT LOG
await_ready() {
    local _
    for _ in $(seq 300); do
        is_ready "$1" 2>/dev/null && return
        sleep 0.2
    done
    tail -n 20 "$3" >&2
    fail "$2 did not start"
}

free_port
proxy=$port
free_port
first=$port
free_port
second=$port

database=$(scripts/postgres.sh start "$folder/postgres")
"$ZHAOXI_BINARY" keys new --keys-file "$folder/zhaoxi.keys" >/dev/null
# Both at once: they agree who brings the tables up to date and who loads the demo.
for node in "$first" "$second"; do
    "$ZHAOXI_BINARY" serve --demo --addr "127.0.0.1:$node" --database-url "$database" --trust-proxy \
        --keys-file "$folder/zhaoxi.keys" \
        --public-url "http://localhost:$proxy" >"$folder/$node.log" 2>&1 &
    started+=($!)
done
await_ready "$first" 'the first node' "$folder/$first.log"
await_ready "$second" 'the second node' "$folder/$second.log"

sed -e "s/PROXY/$proxy/" -e "s/FIRST/$first/" -e "s/SECOND/$second/" docs/nodes/haproxy.cfg >"$folder/haproxy.cfg"
PATH=$PATH:/usr/sbin haproxy -f "$folder/haproxy.cfg" >"$folder/haproxy.log" 2>&1 &
started+=($!)
await_ready "$proxy" 'the proxy' "$folder/haproxy.log"

grep -hE '^  (家长|老人|社区)' "$folder/$first.log" "$folder/$second.log" || true
say ''
say "  address   http://localhost:$proxy"
say "  nodes     http://127.0.0.1:$first (log $folder/$first.log)"
say "            http://127.0.0.1:$second (log $folder/$second.log)"
say ''
say 'Ctrl-C stops all of it.'
wait
