# `make help` lists the targets. Everything happens inside .venv and DATA_DIR; paths stay relative, so a space in the
# folder's name does no harm.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE ?=
COMPILED := $(patsubst %.po,%.mo,$(wildcard service/translations/*/LC_MESSAGES/messages.po))

.DEFAULT_GOAL := help
.PHONY: help run test coverage check bench soak audit lock install install-dev translations model screenshots clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: install ## the whole desk: servers, web, workers, relay, clock, mail room
	@exec $(PY) -m devdesk.desk

test: install-dev ## every test, on real servers, in several processes
	@bash tests/browsers.sh chromium firefox-esr
	@$(PY) -m pytest -n 2 --dist loadscope

check: install-dev ## lint, types, import contracts, lines of templates, style sheets and scripts
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check .
	@.venv/bin/mypy tenants service workers devdesk wsgi.py
	@.venv/bin/lint-imports --no-cache
	@$(PY) tests/source_lines.py

coverage: install-dev ## every test once more, measured: how much of service/ and tenants/ they run; slow
	@bash tests/browsers.sh chromium firefox-esr
	@mkdir -p var/coverage && rm -f var/coverage/data*
	@.venv/bin/coverage run -m pytest -n 2 --dist loadscope; .venv/bin/coverage combine --quiet; .venv/bin/coverage report

bench: install-dev ## the figures, each beside its yardstick
	@$(PY) -m bench

screenshots: install-dev ## every page in both languages, wide and narrow, light and dark, into var/screenshots
	@bash tests/browsers.sh chromium
	@$(PY) -m tests.screenshots

soak: install-dev ## 10,000 messages while everything is killed at random
	@$(PY) -m tests.soak 10000

install: .venv/installed-desk $(COMPILED)

install-dev: .venv/installed-dev $(COMPILED)

.venv/installed: requirements.txt requirements-tools.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON to one.") if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@$(PY) -m uv pip install --quiet --python $(PY) --require-hashes --compile-bytecode -r requirements.txt
	@touch $@

.venv/installed-desk: .venv/installed requirements-desk.txt
	@$(PY) -m uv pip install --quiet --python $(PY) --require-hashes --compile-bytecode -r requirements-desk.txt
	@touch $@

.venv/installed-dev: .venv/installed-desk requirements-dev.txt
	@$(PY) -m uv pip install --quiet --python $(PY) --require-hashes -r requirements-dev.txt
	@touch $@

translations: $(COMPILED) ## compile the translations

%.mo: %.po .venv/installed
	@.venv/bin/pybabel --quiet compile -i $< -o $@ && touch $@

messages: install ## collect the strings to translate
	@.venv/bin/pybabel --quiet extract -F babel.cfg -k _l -k _lp:1c,2 -k to_translate -k forms_to_translate:1,2 -o service/translations/messages.pot --no-location --sort-output --project=Poruchi --version=1 .
	@.venv/bin/pybabel --quiet update -i service/translations/messages.pot -d service/translations --no-fuzzy-matching --ignore-pot-creation-date
	@rm service/translations/messages.pot

model: install-dev ## train the classifier from its texts
	@$(PY) -m service.nlu.train

lock: install ## renew the locked requirements
	@for name in requirements-tools requirements requirements-desk requirements-dev; do \
	  $(PY) -m uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --python-version 3.11 $$name.in -o $$name.txt; done

audit: install-dev ## known weaknesses of the locked requirements; asks a vulnerability database
	@.venv/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

clean: ## remove what was installed; DATA_DIR stays
	@rm -rf .venv
