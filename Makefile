# Everything starts here: needs make and Python 3.11 (or 3.12), nothing else. See `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
export PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What is installed is remembered under the sum of its lock file: nothing is fetched unless a lock changed.
sum = $(firstword $(shell cksum < $(1)))
RUN_STAMP := .venv/.run-$(call sum,requirements.txt)
DEV_STAMP := .venv/.dev-$(call sum,requirements-dev.txt)

# uv is quicker where it happens to be installed.
INSTALL := $(if $(shell command -v uv),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet) --require-hashes -r

PARALLEL ?= 2

.PHONY: help run set-up set-up-dev test check format bench screenshots lock clean

help: ## Show the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: set-up ## Run the portal in this terminal: http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(BIN)/python manage.py serve

set-up: $(RUN_STAMP) ## Install what running needs
	@$(BIN)/python -m itsm.assets

set-up-dev: $(DEV_STAMP) ## Install what testing and checking need, too
	@$(BIN)/python -m itsm.assets
	@$(BIN)/python manage.py translations

test: set-up-dev ## Run every test on real engines; browser tests where a Chromium is present
	@$(BIN)/python -m pytest -n $(PARALLEL) --dist loadfile --no-loadscope-reorder $(ARGS)

check: set-up-dev ## Format, lint, types, import contracts, templates, migrations, translations, settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/python manage.py translations --check

format: set-up-dev ## Format and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: set-up-dev ## Print the benchmarks
	@$(BIN)/python -m bench $(ARGS)

screenshots: set-up-dev ## Take a picture of every page
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

lock: set-up-dev ## Resolve the dependencies again and write the lock files
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml --output-file requirements.txt $(ARGS)
	$(BIN)/uv pip compile $(LOCKING) --group dev pyproject.toml --output-file requirements-dev.txt $(ARGS)
	$(BIN)/python -m itsm.assets --lock

LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock"

clean: ## Remove what set-up made; data in var/ stay
	rm -rf .venv node_modules static/vendor

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || \
		{ echo "Python 3.11 or 3.12 is needed: install python3.11, or say which with make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the virtual environment…"
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python has no venv module: install it (Debian, Ubuntu: python3.11-venv)"; exit 1; }

$(RUN_STAMP): | .venv/bin/python
	@echo "Installing the locked packages…"
	@$(INSTALL) requirements.txt
	@rm -f .venv/.run-* && touch $@

# The development lock holds everything of the other one.
$(DEV_STAMP): | .venv/bin/python
	@echo "Installing the locked packages, those for tests and checks too…"
	@$(INSTALL) requirements-dev.txt
	@rm -f .venv/.run-* .venv/.dev-* && touch $@ $(RUN_STAMP)
