# make setup | run | test | check; a second call does only what has changed since the first.

.PHONY: setup run test check needs
.DELETE_ON_ERROR:
MAKEFLAGS += --jobs=2 --no-print-directory  # Python and the wall side by side
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
WALL := services/wall
CACHE := $(or $(IOC_CACHE),.cache)
WALL_SOURCES := $(shell [ ! -d $(WALL)/src ] || find $(WALL)/src $(WALL)/public $(WALL)/index.html \
	$(WALL)/vite.config.ts $(WALL)/tsconfig.json -type f 2>/dev/null)
# Without a package.json there is no wall to build; without a dist the API says so.
WALL_BUILT := $(if $(wildcard $(WALL)/package.json),$(WALL)/dist/index.html)
# One after the other and alone on the machine, which the others share between two workers.
SERVER_TESTS := tests/integration tests/acceptance tests/browser tests/faults
# Servers that exist already are used, and nothing is fetched for them.
MY_KAFKA := $(if $(IOC_KAFKA_BOOTSTRAP),,java:openjdk-17-jre-headless mvn:maven)

# $(call timed,what is done,command): one line when it has ended well, all of its output when not.
timed = @begin=$$SECONDS; log=$$(mktemp); \
	if $(2) >$$log 2>&1; then echo "$(1) ($$((SECONDS - begin)) s)" >&2; rm $$log; \
	else cat $$log >&2; rm $$log; echo "failed: $(1)" >&2; exit 1; fi

setup: needs .venv/.installed $(CACHE)/.servers $(WALL_BUILT)

run: setup
	@exec $(BIN)/ioc up --feed simulate $(ARGS)

test: setup
	@status=0; \
	[ ! -f $(WALL)/package.json ] || npm --prefix $(WALL) run --silent test || status=$$?; \
	$(BIN)/python -m pytest --numprocesses 2 tests/unit tests/contract tests/test_tidy.py $(ARGS) || status=$$?; \
	$(BIN)/python -m pytest $(SERVER_TESTS) $(ARGS) || status=$$?; \
	exit $$status

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@[ ! -f $(WALL)/package.json ] || npm --prefix $(WALL) run --silent lint

needs:
	@missing=0; \
	for need in $(MY_KAFKA) node:nodejs npm:npm; do \
	  command -v "$${need%%:*}" >/dev/null || { missing=1; \
	    echo "$${need%%:*} is missing. Install it with: sudo apt-get install $${need#*:}" >&2; }; \
	done; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { missing=1; \
	  echo "Python 3.11 is missing. Install it with: sudo apt-get install python3.11-venv" >&2; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || [ -x $(BIN)/python ] || { missing=1; \
	  echo "Python's venv is missing. Install it with: sudo apt-get install python3-venv" >&2; }; \
	exit $$missing

.venv/.installed: requirements.lock pyproject.toml
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv
	$(call timed,python: packages installed,$(BIN)/pip install -q --no-deps --require-hashes -r requirements.lock)
	$(call timed,python: the project installed,$(BIN)/pip install -q --no-deps --editable .)
	@touch $@

$(CACHE)/.servers: .venv/.installed deploy/local/kafka.pom.xml deploy/local/postgres_install.py
	@$(BIN)/python -m deploy.local.install
	@mkdir -p $(CACHE) && touch $@

$(WALL)/node_modules/.installed: $(WALL)/package.json $(WALL)/package-lock.json
	$(call timed,wall: packages installed,npm --prefix $(WALL) ci --no-progress)
	@touch $@

$(WALL)/dist/index.html: $(WALL)/node_modules/.installed $(WALL_SOURCES)
	$(call timed,wall: built,npm --prefix $(WALL) run build)
	@touch $@
