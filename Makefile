# Everything a person runs. `make help` lists it.
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export DJANGO_SETTINGS_MODULE := kbadmin.settings

.DEFAULT_GOAL := help
.PHONY: help run test test-long check test-servers test-models test-browser prove requirements canvas messages clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

run: $(VENV)/.base ## serve the sample (or KB_HOME) on HOST:PORT
	@KB_HOME="$${KB_HOME:-$(CURDIR)/var/demo}" $(BIN)/python manage.py serve --demo

test: $(VENV)/.dev ## every test that needs Python alone
	$(BIN)/pytest -n 2 -m "not long"

test-long: $(VENV)/.dev ## what takes seconds each: random lives, kills, bombs, slices of the harnesses
	$(BIN)/pytest -n 2 -m long

check: $(VENV)/.dev ## format, lint, import contracts, types, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	KB_HOME="$${KB_HOME:-$(CURDIR)/var/check}" $(BIN)/python manage.py makemigrations --check --dry-run
	KB_HOME="$${KB_HOME:-$(CURDIR)/var/check}" $(BIN)/python manage.py messages --check

test-servers: $(VENV)/.dev ## against PostgreSQL, Redis (started here where no URL is given)
	$(BIN)/python -m tests.servers

test-models: $(VENV)/.models ## the encoder against its reference, other model folders
	$(BIN)/pytest -m models tests/models

test-browser: $(VENV)/.browser ## headless Chromium against a served sample; leaves screenshots
	$(BIN)/pytest -m browser tests/browser

prove: $(VENV)/.dev ## the long harnesses, each with a seed
	$(BIN)/python -m tests.prove

requirements: ## pin requirements/*.in with hashes
	for name in base dev browser parquet sentence-transformers; do \
	  $(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 \
	    --custom-compile-command "make requirements" requirements/$$name.in -o requirements/$$name.txt; \
	done

canvas: ## bundle the scripts of the graph canvas anew; needs node, and nothing else here does
	cd governance/canvas && npm ci --no-fund --no-audit && npm run build

messages: $(VENV)/.dev ## gather and compile translations
	$(BIN)/python manage.py messages

clean: ## remove what was installed and made here
	rm -rf $(VENV) var build governance/canvas/node_modules

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + "." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/.base

$(VENV)/.models: requirements/sentence-transformers.txt | $(VENV)/bin/python
	@echo "Installing; torch is large …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/.dev $(VENV)/.base

$(VENV)/.browser: requirements/browser.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/.dev $(VENV)/.base
