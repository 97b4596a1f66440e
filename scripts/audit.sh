#!/usr/bin/env bash
# What the dependencies are: their licences, where they come from, which are banned, by deny.toml; and what is known
# against them, where RustSec's database can be fetched.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

step 'dependencies' cargo deny --offline --log-level error check bans licenses sources
if timeout 60 cargo deny --log-level off fetch db >/dev/null 2>&1; then
    step 'advisories against dependencies' cargo deny --log-level error check advisories
else
    say "– advisories against dependencies were not asked for: RustSec's database can't be fetched from here"
fi
