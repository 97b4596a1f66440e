# Sourced by the other scripts: where the project is, its tools, and steps that say what they do and how long it took.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
tools=$root/.tools
target=${CARGO_TARGET_DIR:-$root/target}
export PATH="$tools/bin:$tools/node_modules/.bin:$PATH"
# leptos asks for it while it is compiled; the same value everywhere means that it is compiled once.
export LEPTOS_OUTPUT_NAME=zhaoxi

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# seconds N: "4 min 5 s" or "5 s"
seconds() {
    if (($1 >= 60)); then
        printf '%d min %d s' $(($1 / 60)) $(($1 % 60))
    else
        printf '%d s' "$1"
    fi
}

# step WHAT COMMAND...: runs the command in a shell of its own, which stops at the first failure even inside a
# function; its exit code is the step's.
step() {
    local what=$1 start=$SECONDS code
    shift
    say "→ $what"
    set +e
    (
        set -e
        "$@"
    )
    code=$?
    set -e
    if ((code == 0)); then
        say "✓ $what: $(seconds $((SECONDS - start)))"
    else
        say "✗ $what: failed after $(seconds $((SECONDS - start)))" >&2
    fi
    return "$code"
}

# background WHAT LOG COMMAND...: like step, without its output, in a process group of its own; `await` tells how it went.
background() {
    local what=$1 log=$2
    shift 2
    say "→ $what (in the background; its output is in ${log#"$root"/})"
    mkdir -p "$(dirname "$log")"
    set -m
    ("$@") >"$log" 2>&1 &
    set +m
    background_job=$! background_what=$what background_log=$log background_start=$SECONDS
}

await() {
    local code=0
    wait "$background_job" || code=$?
    background_job=''
    if ((code != 0)); then
        tail -n 60 "$background_log" >&2
        say "✗ $background_what: failed" >&2
        return "$code"
    fi
    say "✓ $background_what: ready after $(seconds $((SECONDS - background_start)))"
}
