# The front door. `make help` says what each target does.
# STUDY=folder takes another study; WAVE=2009 one wave; LANG_=it one language; FORMATS=html,pdf some formats; EDITION=public what may be given out.
# What is typed reaches the program through the environment, letter by letter: neither make nor a shell reads it.

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup report test check test-cluster test-exhaustive test-faults test-outside ingest recognise harmonise validate process tabulate render rerun verify quick audit init new-wave demo open bench clean

PYTHON ?= python3
PY := .venv/bin/python
RUN := $(PY) -m pipeline.typed_at_make

define typed
override $(1) := $$(value $(1))
unexport $(1)
export TYPED_$(1) := $$(value $(1))
endef
$(foreach name,FILE OUT ROWS BY STUDY WAVE LANG_ FORMATS EDITION FORCE,$(eval $(call typed,$(name))))

WORKERS ?= auto

help: ## this list
	@echo "make TARGET [STUDY=folder] [WAVE=2009] [LANG_=it] [FORMATS=html,pdf] [EDITION=public]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

setup: .venv/ready ## set up .venv with the pinned packages (done by itself when needed)

.venv/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 2; }
	@echo "Setting up .venv (once; needs the network) …"
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	@echo "Adding what the tests need …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/ready-outside: requirements-outside.lock .venv/ready-dev
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-outside.lock
	@touch $@

.venv/ready-cluster: requirements-cluster.lock .venv/ready-dev
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-cluster.lock
	@touch $@

report: .venv/ready ## make every report: all waves (or WAVE=…), in the study's languages, HTML PDF XLSX DOCX
	@$(RUN) report

ingest recognise harmonise validate process tabulate render: .venv/ready ## one stage alone (ingest, recognise, harmonise, validate, process, tabulate, render)
	@$(RUN) $@

rerun: .venv/ready ## for schedulers: what changed is made, the last good report stays, reports/index.html says what happened
	@$(RUN) rerun

verify: .venv/ready ## make what is published again, aside, and compare every byte
	@$(RUN) verify

quick: .venv/ready ## a report on any data file: make quick FILE=survey.sav [OUT=folder] [ROWS="a b"] [BY="c d"]
	@$(RUN) quick

audit: .venv/ready ## check the figures in study/published.yml by arithmetic alone (or FILE=claims.yml)
	@$(RUN) audit

init: .venv/ready ## write a first study for a data file: make init FILE=survey.sav STUDY=folder
	@$(RUN) init

new-wave: .venv/ready ## bring a new wave in and draft its mapping: make new-wave FILE=survey.sav WAVE=2026
	@$(RUN) new-wave

demo: .venv/ready ## a simulated second wave with its report and the comparison over time, in the folder demo
	@$(RUN) demo

open: .venv/ready ## show the latest report in the browser
	@$(RUN) open

test: .venv/ready-dev ## run every test that needs Python only
	@$(PY) -m pytest -n $(WORKERS) -m "not exhaustive and not outside"

check: .venv/ready-dev ## lint, format, types, layering
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m tests.language.lacking

test-cluster: .venv/ready-cluster ## a small Spark cluster on this machine, and the door to databases (installs pyspark and Ibis; needs Java 17)
	@$(PY) -m pytest tests/outside/test_cluster.py tests/counting/test_engines.py

test-exhaustive: .venv/ready-dev ## the slow complete checks
	@$(PY) -m pytest -n $(WORKERS) -m exhaustive --ignore=tests/faults

test-faults: .venv/ready-dev ## kill, fill and refuse at every step and at 200 random moments (long)
	@$(PY) -m pytest -n $(WORKERS) tests/faults -m exhaustive

test-outside: .venv/ready-outside ## tests that need Chromium, LibreOffice, poppler, PSPP, R or a second Python
	@$(PY) -m pytest -n $(WORKERS) -m outside

bench: .venv/ready-dev ## speed, as ratios against R and PSPP side by side
	@$(PY) -m benchmarks

clean: ## remove what can be made again (reports, processed data; STUDY=folder for another study's), not .venv
	@$(PYTHON) -m pipeline.typed_at_make clean
	@rm -rf .pytest_cache .mypy_cache .ruff_cache
