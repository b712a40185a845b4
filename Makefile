# make demo: try it.  make test: everything that must hold.  make help: the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/bin/uv)
RUN := $(UV) run --frozen
# Many processes import Rasa; where this is set, each of them would compile it anew and take twice as long.
export PYTHONDONTWRITEBYTECODE :=

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.tools/bin/uv: # uv in a folder of the checkout, only when the system has none
	python3 -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

sync: $(if $(shell command -v uv 2>/dev/null),,.tools/bin/uv) ## The locked environment, in .venv; with SYNC="--group tune" PyTorch too
	@$(UV) sync --frozen --quiet $(SYNC)

demo: sync ## Everything with demo contacts on http://localhost:8000
	@$(RUN) rettvis demo

test: lint train ## All checks and tests, a file at a time on two cores
	@$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: sync ## Style, types, architecture, knowledge, translations
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports --no-cache --no-logo
	@$(RUN) rettvis knowledge check

train: sync ## Train the assistant if its data changed
	@$(RUN) rettvis train

bench: sync ## Messages per second beside a floor
	@$(RUN) rettvis bench serve

audit: sync ## Known advisories about what is locked; asks the network
	@$(RUN) python .ci/audit.py

.PHONY: help sync demo test lint train bench audit
