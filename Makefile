# One line a target; `make help` lists them. The work is in scripts/.
PYTHON ?= python3
PORT ?= 8000
export PORT
# What is compiled is kept: every start would compile the program's six hundred files anew.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
LOCAL := $(PYTHON) scripts/local.py
VENV_PYTHON := .venv/bin/python
IN_VENV := test -x $(VENV_PYTHON) || { echo "There is no $(VENV_PYTHON) yet: make run makes it, make check with what tests and format need." >&2; exit 1; };
BASE_URL ?= http://127.0.0.1:$(PORT)

ifneq ($(shell $(PYTHON) -c "print(1)" 2>/dev/null),1)
$(error PYTHON is "$(PYTHON)", which is no Python that runs here: install Python 3.11, or name one, PYTHON=/usr/bin/python3.11)
endif

.DEFAULT_GOAL := help
.PHONY: help run stop reset doctor demo test check bench gate mutants nightly migrate-check image-check openapi access lock format

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

run: ## bring everything up and run it in the foreground: PORT=8000
	@$(LOCAL) run

stop: ## end what a run left, or one that is running
	@$(LOCAL) stop

reset: ## the same, and delete the local data
	@$(LOCAL) reset

doctor: ## say what is installed, running and missing
	@$(LOCAL) doctor

demo: ## play the main job over HTTP against the running program: BASE_URL=
	@$(IN_VENV) BASE_URL=$(BASE_URL) $(VENV_PYTHON) scripts/demo.py

test: ## run the tests on services of their own: ARGS="-k name"
	@$(LOCAL) test -- $(ARGS)

check: ## format, lint, walls, architecture, types, lock export, OpenAPI
	@$(LOCAL) check

bench: ## measure against the bare limits; writes bench/latest.json
	@$(LOCAL) with-services -- $(VENV_PYTHON) -m bench $(ARGS)

gate: ## the heavy tests that `make test` leaves out
	@$(LOCAL) test -- -m gate $(ARGS)

nightly: ## the properties of prices and calendars with 2,000 examples each, the search of a large market, then the mutants
	@HYPOTHESIS_PROFILE=nightly $(LOCAL) test -- tests/modules/pricing tests/kernel tests/modules/calendar -q
	@$(LOCAL) with-services -- $(VENV_PYTHON) -m bench.flatness
	@$(IN_VENV) $(VENV_PYTHON) scripts/mutants.py

mutants: ## change the pricing engine in small ways and see that its tests notice
	@$(IN_VENV) $(VENV_PYTHON) scripts/mutants.py

migrate-check: ## migrate up, down and up again
	@$(LOCAL) with-services -- $(VENV_PYTHON) scripts/check_migrations.py

image-check: ## lint the Dockerfile and the compose file; build and run the image (as root)
	@$(LOCAL) image-check

openapi: ## write docs/openapi.json anew: ARGS=--accept-breaking
	@$(LOCAL) openapi -- $(ARGS)

access: ## write docs/access.md anew
	@WRITE_ACCESS=1 $(LOCAL) test -- tests/test_access.py -q

lock: ## write requirements.lock and requirements-dev.lock anew from poetry.lock
	@$(PYTHON) scripts/export_lock.py

format: ## format the code and mend what the linter can
	@$(IN_VENV) $(VENV_PYTHON) -m ruff format . && $(VENV_PYTHON) -m ruff check --fix .
