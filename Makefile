.DEFAULT_GOAL := help
.PHONY: help run nodes dev build lint audit test e2e bench soak

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and serve with demo data at an address that is printed
	@scripts/run.sh

nodes: ## Serve the demo from two nodes over one PostgreSQL, behind a proxy
	@scripts/nodes.sh

dev: ## Serve at http://127.0.0.1:3000, rebuild and reload when a source changes
	@scripts/dev.sh

build: ## Build pages and server in release
	@scripts/setup.sh run
	@scripts/build.sh

lint: ## Check formatting, lints, and what may depend on what
	@scripts/setup.sh run
	@scripts/lint.sh

audit: ## Check the licences and sources of dependencies, and what is known against them
	@scripts/setup.sh test
	@scripts/audit.sh

test: ## Install what is missing and run everything: lints, tests on both databases, browser stories
	@scripts/test.sh

e2e: ## Run the browser stories in Chromium
	@scripts/setup.sh test
	@scripts/e2e.sh

bench: ## Measure, as ratios within one run, on SQLite and PostgreSQL
	@scripts/setup.sh test
	@scripts/bench.sh

soak: ## Book and look for MINUTES (30): fails unless memory, SQLite's log and waiting stay flat
	@scripts/soak.sh
