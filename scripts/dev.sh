#!/usr/bin/env bash
# Serves at http://127.0.0.1:3000 and rebuilds when a source changes; the browser reloads by itself.
set -euo pipefail
source "$(dirname "$0")/steps.sh"

scripts/setup.sh run
mkdir -p data
exec cargo leptos watch -- serve --demo --no-rate-limit --database-url "sqlite://$root/data/dev.db" "$@"
