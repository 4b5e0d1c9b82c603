# `make help` lists what there is to do. Everything runs from .venv, which is made once.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.installed
PACKAGES := shared services/referral services/casework services/prosecution-hook services/notifier \
	deploy/local

.DEFAULT_GOAL := help
.PHONY: help run demo test check fmt lint types contract bench lock schemas wheels docs images containers clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Start the whole system on this machine
	@$(PY) -m lead.cli run

demo: $(READY) ## Start it and watch one story go through it
	@$(PY) -m lead.cli demo

test: $(READY) ## Every test; on real Kafka too where there is Java 17 and Maven
	@$(PY) -m pytest --numprocesses=logical --dist=loadfile

check: lint types contract test ## Everything that CI runs

fmt: $(READY) ## Format the code, and fix what can be fixed
	@$(VENV)/bin/ruff check --fix --quiet --exit-zero .
	@$(VENV)/bin/ruff format .

lint: $(READY) ## Format, style, import directions, lock
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m lead.lock

types: $(READY) ## Types, strictly
	@$(VENV)/bin/mypy

contract: $(READY) ## Events stay compatible with their published schemas
	@$(PY) -m pytest tests/contract

bench: $(READY) ## Measure against bare libraries, side by side
	@$(PY) -m bench

lock: $(READY) ## Resolve requirements.lock again from what the packages declare
	@$(PY) -m lead.lock declared | $(VENV)/bin/uv pip compile - --quiet --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--output-file requirements.lock
	@$(PY) -m lead.lock

schemas: $(READY) ## Write the events' schemas to tests/contract/schemas
	@$(PY) -m shared.events.export

wheels: $(READY) ## Start each service from its wheel, with only what it declares installed
	@WHEELS=1 $(PY) -m pytest tests/wheels

docs: build/docs-tools ## Build the documentation site: build/docs/site/index.html
	@NO_MKDOCS_2_WARNING=1 build/docs-tools/bin/python docs/site/build.py

images: ## Build the four images, with a bill of materials of each in build/
	@deploy/image/build.sh build

containers: $(READY) ## Run the compose file: the story, a killed service, a broker cut off
	@deploy/compose/rehearse.sh

build/docs-tools: docs/site/requirements.lock
	@$(PYTHON) -m venv --clear $@
	@$@/bin/python -m pip install --quiet --no-input --disable-pip-version-check \
		--require-hashes -r $<
	@touch $@

clean: ## Remove caches and .venv; the data in .lead stays
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml $(PACKAGES:=/pyproject.toml)
	@command -v $(PYTHON) >/dev/null || { echo "Throughline needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Throughline needs Python 3.11 or newer; this is $$($(PYTHON) --version)." \
		"Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python lacks its venv module. On Debian: apt install python3-venv"; exit 1; }
	@echo "Setting up (once): $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "Setting up (once): $$(grep -c == requirements.lock) packages, about a minute ..."
	@$(PY) -m pip install --quiet --no-input --disable-pip-version-check \
		--require-hashes -r requirements.lock
	@echo "Setting up (once): our own packages, in place ..."
	@$(PY) -m pip install --quiet --no-input --disable-pip-version-check \
		--no-deps --no-build-isolation $(addprefix -e ./,$(PACKAGES))
	@touch $@
