#!/usr/bin/env bash
# Builds pages, wasm (split by page) and server in release. What is newer than its sources is left alone.
#
# The built files are then moved to pkg/VERSION, where the version is a hash of them all, so that browsers may keep
# them for ever. cargo-leptos can put a hash into each name instead (`hash-files`), but it takes that hash before it
# writes the names of other files into a file: with split wasm, one name then stands for different contents.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

site=$target/site
binary=$target/release/zhaoxi
pages_stamp=$site/.built
server_stamp=$target/release/.zhaoxi-built

pages_sources=(Cargo.toml Cargo.lock app domain frontend style public)
server_sources=("${pages_sources[@]}" store server)

# newer_than STAMP SOURCE...: true if a source changed since the stamp. A folder changes when a file in it goes.
newer_than() {
    local stamp=$1
    shift
    [[ ! -e $stamp || -n $(find "$@" -path '*/tests' -prune -o -newer "$stamp" -print -quit) ]]
}

version_files() {
    local version
    cd "$site/pkg"
    version=$(find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)
    mkdir "../$version"
    mv ./* "../$version"
    mv "../$version" .
    printf '%s\n' "$version" >version
    cd "$root"
}

build_all() {
    export PATH="$root/scripts/path:$PATH"
    cargo leptos build --release --split --precompress
    version_files
    touch -r "$started" "$pages_stamp" "$server_stamp"
}

build_server() {
    cargo leptos build --release --server-only
    touch -r "$started" "$server_stamp"
}

# A file that changes while it is compiled is newer than the stamp.
started=$(mktemp)
trap 'rm -f "$started"' EXIT

if [[ ! -f $site/pkg/version ]] || newer_than "$pages_stamp" "${pages_sources[@]}"; then
    step 'pages, wasm and server, in release' build_all
elif [[ ! -x $binary ]] || newer_than "$server_stamp" "${server_sources[@]}"; then
    step 'server, in release' build_server
else
    say '✓ the build is newer than its sources'
fi
