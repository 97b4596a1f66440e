#!/usr/bin/env bash
# Installs what is missing, into .tools where that is possible. The second time it only looks.
#
#   scripts/setup.sh run     what building and running needs: the wasm target, cargo-leptos, wasm-bindgen, binaryen
#   scripts/setup.sh test    also what tests need: Chromium, a Chinese font, PostgreSQL, poppler, HAProxy,
#                           libfaketime, end2end/node_modules, cargo-deny
set -euo pipefail
source "$(dirname "$0")/steps.sh"

for_what=${1:-run}
[[ $for_what == run || $for_what == test ]] || fail 'usage: scripts/setup.sh run|test'

rust=1.95
cargo_leptos=0.3.10
binaryen=132
cargo_deny=0.20.2
wasm_target=wasm32-unknown-unknown

# Equal to the library's, or the two don't understand each other.
wasm_bindgen=$(awk '$1 == "name" { name = $3 } $1 == "version" && name == "\"wasm-bindgen\"" { gsub("\"", "", $3); print $3; exit }' Cargo.lock)

check_machine() {
    command -v cargo >/dev/null || fail 'Rust is missing. This mends it:  curl https://sh.rustup.rs -sSf | sh'
    command -v npm >/dev/null || fail 'Node 20 or later, with npm, is missing. This mends it:  sudo apt-get install nodejs npm'
    local have
    have=$(rustc --version | awk '{ print $2 }')
    [[ $(printf '%s\n' "$rust" "$have" | sort -V | head -n 1) == "$rust" ]] \
        || fail "Rust $have is too old: $rust or later is needed. This mends it:  rustup update stable"
}

has_wasm_target() {
    [[ -d $(rustc --print target-libdir --target "$wasm_target" 2>/dev/null) ]]
}

add_wasm_target() {
    has_wasm_target && return
    local toolchain
    toolchain=$(rustup show active-toolchain | awk '{ print $1; exit }')
    rustup target add --toolchain "$toolchain" "$wasm_target" && has_wasm_target && return
    fail "The Rust library for $wasm_target can't be fetched from here.
With network access to static.rust-lang.org, this one command mends it:

    rustup target add --toolchain $toolchain $wasm_target"
}

# install_program CRATE VERSION PROGRAM FLAGS...: from source, without optimisation, which would take twice as long.
install_program() {
    local crate=$1 version=$2 program=$3
    shift 3
    [[ $("$tools/bin/$program" --version 2>/dev/null | awk '{ print $2; exit }') == "$version" ]] && return
    say "  compiling $crate $version (once)"
    CARGO_PROFILE_DEV_DEBUG=false CARGO_PROFILE_DEV_STRIP=true CARGO_TARGET_DIR=$tools/build \
        cargo install "$crate" --version "$version" --root "$tools" --debug --force --quiet "$@"
    rm -rf "$tools/build"
}

install_binaryen() {
    [[ $(wasm-opt --version 2>/dev/null) == "wasm-opt version $binaryen"* ]] && return
    npm install --prefix "$tools" --no-audit --no-fund --loglevel=error "binaryen@$binaryen"
    wasm-opt --version >/dev/null
}

has_font() {
    [[ -n $(fc-list :lang=zh-cn 2>/dev/null) ]]
}

has_faketime() {
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || [[ -f /usr/lib/faketime/libfaketimeMT.so.1 ]]
}

install_packages() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    has_font || missing+=(fonts-noto-cjk fontconfig)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
    command -v pdftotext >/dev/null || missing+=(poppler-utils)
    # Its package starts nothing that listens, unlike other proxies'.
    command -v haproxy >/dev/null || [[ -x /usr/sbin/haproxy ]] || missing+=(haproxy)
    has_faketime || missing+=(libfaketime)
    ((${#missing[@]})) || return 0
    local sudo=()
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || fail "As root, this installs what is missing:  apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "  installing ${missing[*]}"
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

install_end2end() {
    local lock=end2end/package-lock.json stamp=end2end/node_modules/.package-lock.sha256
    [[ -f $lock ]] || return 0
    sha256sum --check --status "$stamp" 2>/dev/null && return
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix end2end --no-audit --no-fund --loglevel=error
    sha256sum "$lock" >"$stamp"
}

mkdir -p "$tools"
check_machine
step "Rust's library for $wasm_target" add_wasm_target
step "cargo-leptos $cargo_leptos" install_program cargo-leptos "$cargo_leptos" cargo-leptos --locked --features no_downloads
step "wasm-bindgen $wasm_bindgen" install_program wasm-bindgen-cli "$wasm_bindgen" wasm-bindgen
step "binaryen $binaryen" install_binaryen
if [[ $for_what == test ]]; then
    step 'Chromium, a Chinese font, PostgreSQL, poppler, HAProxy, libfaketime' install_packages
    step 'end2end/node_modules' install_end2end
    step "cargo-deny $cargo_deny" install_program cargo-deny "$cargo_deny" cargo-deny --locked --no-default-features
fi
