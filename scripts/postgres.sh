#!/usr/bin/env bash
# A throwaway PostgreSQL on a unix socket, for tests and measurements.
#
#   scripts/postgres.sh start DIR [--durable]   makes the cluster if DIR has none, starts it, prints its URL
#   scripts/postgres.sh stop DIR [--immediate]  stops it, as a crash would if asked; the folder stays
#
# DIR becomes the server's own folder: give it an empty or a new one, as from `mktemp -d`. Nobody but this machine
# reaches the server: it listens on no address. Without --durable a commit does not wait for the disk.
set -euo pipefail

fail() {
    printf 'scripts/postgres.sh: %s\n' "$1" >&2
    exit 1
}

usage='usage: scripts/postgres.sh start DIR [--durable] | stop DIR [--immediate]'
[[ $# -ge 2 ]] || fail "$usage"
verb=$1
dir=$2
durable=no
mode=fast
if [[ $# -eq 3 && $verb == start && $3 == --durable ]]; then
    durable=yes
elif [[ $# -eq 3 && $verb == stop && $3 == --immediate ]]; then
    mode=immediate
elif [[ $# -ne 2 ]]; then
    fail "$usage"
fi

find_bin() {
    local found dir
    found=$(
        for dir in /usr/lib/postgresql/*/bin; do
            [[ -x $dir/initdb && -x $dir/pg_ctl ]] && printf '%s\n' "$dir"
        done | sort -V | tail -n 1
    )
    if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
        found=$(dirname "$(command -v pg_ctl)")
    fi
    [[ -n $found ]] || fail 'initdb is missing: install PostgreSQL 15 or later (Debian: apt-get install postgresql)'
    printf '%s\n' "$found"
}
bin=$(find_bin)

# initdb and postgres refuse to run as root.
run() {
    if [[ $(id -u) -ne 0 ]]; then
        "$@"
    elif command -v runuser >/dev/null; then
        runuser -u postgres -- "$@"
    else
        su postgres -s /bin/sh -c 'exec "$0" "$@"' -- "$@"
    fi
}

start() {
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd -P)
    [[ $dir =~ ^[A-Za-z0-9/._-]+$ ]] || fail "only letters, digits and / . _ - may be in the folder's path: $dir"
    # "/.s.PGSQL.5432" follows, and a socket's path has room for 107 bytes.
    [[ ${#dir} -le 90 ]] || fail "the folder's path is too long for a socket: $dir"
    if [[ $(id -u) -eq 0 ]]; then
        id postgres >/dev/null 2>&1 || fail 'run as root, but there is no user postgres to run the server'
        if [[ ! -d $dir/data ]]; then
            [[ -z $(ls -A "$dir") ]] || fail "the folder is not empty: $dir"
            chown postgres: "$dir"
        fi
    fi
    cd "$dir" || fail "cannot enter $dir"
    run test -w "$dir" || fail "user postgres cannot write to $dir: choose a folder under /tmp"

    if [[ ! -f $dir/data/PG_VERSION ]]; then
        run "$bin/initdb" --pgdata "$dir/data" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 \
            --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; fail 'initdb failed'; }
    fi
    if ! run "$bin/pg_ctl" status --pgdata "$dir/data" >/dev/null 2>&1; then
        local options="-c listen_addresses='' -c unix_socket_directories='$dir' -c port=5432 -c max_connections=200"
        options+=" -c timezone=UTC"
        if [[ $durable == no ]]; then
            options+=' -c fsync=off -c synchronous_commit=off -c full_page_writes=off'
        fi
        run "$bin/pg_ctl" start --pgdata "$dir/data" --log "$dir/postgres.log" --wait --options "$options" \
            </dev/null >/dev/null 2>&1 || { cat "$dir/postgres.log" >&2; fail 'the server did not start'; }
    fi
    printf 'postgres://postgres@localhost/postgres?host=%s\n' "$dir"
}

stop() {
    [[ -d $dir/data ]] || fail "there is no cluster in $dir"
    dir=$(cd "$dir" && pwd -P)
    cd "$dir" || fail "cannot enter $dir"
    if run "$bin/pg_ctl" status --pgdata "$dir/data" >/dev/null 2>&1; then
        run "$bin/pg_ctl" stop --pgdata "$dir/data" --mode "$mode" --wait >/dev/null || fail 'the server did not stop'
    fi
}

case $verb in
    start) start ;;
    stop) stop ;;
    *) fail "$usage" ;;
esac
