# Needs Python 3.11 or newer and make. Every command makes its own virtual environment and keeps it until its lock file changes.

PYTHON ?= python3
VENV ?= .venv
VENV_BENCH ?= .venv-bench
UV_VERSION ?= 0.13.8
DEBUG_PORT ?= 5678
PYTEST_ARGS ?=
# A test waits for half of its time, for processes to start and to end.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)
# The tests of one file share a runtime, so a file is what goes to a worker; in the order of testpaths: yours first, those that start processes last.
QUICK = -m "not slow and not runtime" -n $(WORKERS) --dist loadfile --no-loadscope-reorder
LOCKS = requirements/serve requirements/dev requirements/fast requirements/gateway requirements/deploy requirements/tool requirements/test bench/requirements

# Another project's environment must not leak into this one's.
unexport PIP_TARGET PIP_USER PYTHONHOME PYTHONPATH PYTHONSAFEPATH VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup serve debug gateway up down test test-all check picture format lock bench clean

help:  ## List these commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1 \t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(VENV)/.test  ## Make .venv with everything to work on the project

serve: $(VENV)/.dev  ## Serve the function on http://127.0.0.1:8080, reloading when it changes
	@exec $(VENV)/bin/python -m portable serve

debug: $(VENV)/.dev  ## Serve the function under a debugger on port 5678 of 127.0.0.1 (DEBUG_WAIT=1: not before it is there)
	@$(if $(DEBUG_WAIT),echo "waiting for a debugger on 127.0.0.1:$(DEBUG_PORT): see docs/debugging.md")
	@PYDEVD_DISABLE_FILE_VALIDATION=1 exec $(VENV)/bin/python -X frozen_modules=off -m debugpy --listen 127.0.0.1:$(DEBUG_PORT) \
		$(if $(DEBUG_WAIT),--wait-for-client) -m platforms.wsgi

gateway: $(VENV)/.gateway  ## Run the gateway on http://127.0.0.1:8080 with the functions of stack.yml as processes: no Docker
	@exec $(VENV)/bin/python -m portable gateway --provider process

up: $(VENV)/.gateway  ## Build the gateway and the functions, and start them on http://127.0.0.1:8080 with docker compose
	@exec $(VENV)/bin/python -m portable up

down: $(VENV)/.gateway  ## Stop what `make up` started, and remove the functions that were deployed to it
	@exec $(VENV)/bin/python -m portable down

test: $(VENV)/.test  ## Run the tests of your functions and the quick ones of the project, on all cores
	$(VENV)/bin/python -m pytest $(QUICK) $(PYTEST_ARGS)

test-all: test  ## Run every test that this machine can run, and say what was skipped
	$(VENV)/bin/python -m pytest -m "slow and not runtime" -n $(WORKERS) $(PYTEST_ARGS)
	$(VENV)/bin/python -m pytest -m runtime $(PYTEST_ARGS)

check: $(VENV)/.test  ## Lint, check types and architecture, and measure coverage
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/coverage erase
	$(VENV)/bin/coverage run -m pytest $(QUICK) $(PYTEST_ARGS)
	$(VENV)/bin/coverage combine --quiet
	$(VENV)/bin/coverage report --fail-under=95

picture: $(VENV)/.test  ## Draw the rooms and arrows of ARCHITECTURE.md from the imports
	$(VENV)/bin/python -m tests.picture

format: $(VENV)/.test  ## Sort imports, mend what ruff can mend, and format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock:  ## Make the lock files again from the .in files (UPGRADE=--upgrade for the newest of everything)
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv==$(UV_VERSION)
	@for lock in $(LOCKS); do \
		$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config $(UPGRADE) \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file $$lock.txt $$lock.in || exit 1; \
	done
	rm -rf $(VENV)-lock

bench: $(VENV_BENCH)/.bench  ## Measure against the peers, side by side
	$(VENV_BENCH)/bin/python -m bench

clean:  ## Remove every environment and cache
	rm -rf $(VENV) $(VENV_BENCH) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp is newer than its lock file, or its environment is brought up to date.
$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/.gateway: requirements/gateway.txt requirements/dev.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix --requirement ,$^)
	@touch $@ $(VENV)/.dev

$(VENV)/.test: requirements/test.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@ $(VENV)/.dev $(VENV)/.gateway

$(VENV_BENCH)/.bench: bench/requirements.txt | $(VENV_BENCH)/bin/python
	$(VENV_BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/bin/python $(VENV_BENCH)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is: `$(PYTHON) --version 2>&1 | head -1`." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: install its venv package (python3-venv on Debian)"; exit 1; }
	$(PYTHON) -m venv --clear $(@:/bin/python=)
