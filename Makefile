# The front door. `make help` says what each target does.
# STUDY=folder takes another study; WAVE=2009 one wave; LANG_=it one language; FORMATS=html,pdf some formats.

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup report test check test-exhaustive test-faults test-outside ingest harmonise validate process tabulate render rerun verify quick init new-wave demo open bench clean

PYTHON ?= python3
PY := .venv/bin/python
STUDY ?=
WAVE ?=
LANG_ ?=
FORMATS ?=
OPTIONS = $(if $(STUDY),--study "$(STUDY)") $(foreach w,$(WAVE),--wave "$(w)") $(if $(LANG_),--lang "$(LANG_)")
FORMATS_OPTION = $(if $(FORMATS),--formats "$(FORMATS)")
WORKERS ?= auto

help: ## this list
	@echo "make TARGET [STUDY=folder] [WAVE=2009] [LANG_=it] [FORMATS=html,pdf]"
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

report: .venv/ready ## make every report: all waves (or WAVE=…), Italian and English, HTML PDF XLSX DOCX
	@$(PY) -m pipeline report $(OPTIONS) $(FORMATS_OPTION) $(if $(FORCE),--force)

ingest harmonise validate process tabulate render: .venv/ready ## one stage alone (ingest, harmonise, validate, process, tabulate, render)
	@$(PY) -m pipeline $@ $(OPTIONS)

rerun: .venv/ready ## for schedulers: what changed is made, the last good report stays, reports/index.html says what happened
	@$(PY) -m pipeline rerun $(OPTIONS)

verify: .venv/ready ## make what is published again, aside, and compare every byte
	@$(PY) -m pipeline verify $(OPTIONS)

quick: .venv/ready ## a report on any SPSS file: make quick FILE=survey.sav OUT=folder [ROWS="a b"] [BY="c d"]
	@$(PY) -m pipeline quick "$(FILE)" --out "$(OUT)" $(if $(ROWS),--rows $(ROWS)) $(if $(BY),--by $(BY)) $(if $(LANG_),--lang "$(LANG_)") $(FORMATS_OPTION)

init: .venv/ready ## write a first study for an SPSS file: make init FILE=survey.sav STUDY=folder
	@$(PY) -m pipeline init "$(FILE)" --study "$(STUDY)" $(if $(WAVE),--wave "$(WAVE)")

new-wave: .venv/ready ## bring a new wave in and draft its mapping: make new-wave FILE=survey.sav WAVE=2026
	@$(PY) -m pipeline new-wave "$(FILE)" "$(WAVE)" $(if $(STUDY),--study "$(STUDY)") $(if $(LANG_),--lang "$(LANG_)")

demo: .venv/ready ## a simulated second wave with its report and the comparison over time, in the folder demo
	@$(PY) -m pipeline demo $(if $(LANG_),--lang "$(LANG_)") $(FORMATS_OPTION)

open: .venv/ready ## show the latest report in the browser
	@$(PY) -m pipeline open $(OPTIONS)

test: .venv/ready-dev ## run every test that needs Python only
	@$(PY) -m pytest -n $(WORKERS) -m "not exhaustive and not outside"

check: .venv/ready-dev ## lint, format, types, layering
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

test-exhaustive: .venv/ready-dev ## the slow complete checks
	@$(PY) -m pytest -n $(WORKERS) -m exhaustive --ignore=tests/faults

test-faults: .venv/ready-dev ## kill, fill and refuse at every step and at 200 random moments (long)
	@$(PY) -m pytest -n $(WORKERS) tests/faults -m exhaustive

test-outside: .venv/ready-dev ## tests that need Chromium, LibreOffice, poppler, PSPP or R
	@$(PY) -m pytest -n $(WORKERS) -m outside

bench: .venv/ready-dev ## speed, as ratios against R and PSPP side by side
	@$(PY) -m benchmarks

clean: ## remove what can be made again (reports, processed data), not .venv
	@rm -rf data/processed reports .pytest_cache .mypy_cache .ruff_cache
