# Needs Python 3.11 or newer and make. Every command makes its own virtual environment and keeps it until its lock file changes.

PYTHON ?= python3
VENV ?= .venv
VENV_BENCH ?= .venv-bench
PYTEST_ARGS ?=
# A test waits for half of its time, for processes to start and to end.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)
# The tests of one file share a runtime, so a file is what goes to a worker; in their order: those that start processes last.
QUICK = -m "not slow and not runtime" -n $(WORKERS) --dist loadfile --no-loadscope-reorder
LOCKS = requirements/uv requirements/build requirements/serve requirements/dev requirements/fast requirements/gateway requirements/deploy requirements/tool
UV = $(VENV)/bin/uv
INSTALL = $(UV) pip install --quiet --require-hashes

# Another project's environment must not leak into this one's.
unexport PIP_TARGET PIP_USER PYTHONHOME PYTHONPATH PYTHONSAFEPATH VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup tool serve debug gateway up down test test-functions test-all check picture format lock bench clean

help:  ## List these commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1 \t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(VENV)/.test  ## Make .venv with everything to work on the project

tool: $(VENV)/.tool  ## Make .venv with the command alone: .venv/bin/portable

serve: $(VENV)/.tool  ## Serve the function on http://127.0.0.1:8080, reloading when it changes
	@exec $(VENV)/bin/portable serve

debug: $(VENV)/.tool  ## Serve the function under a debugger on port 5678 of 127.0.0.1 (DEBUG_WAIT=1: not before it is there)
	@exec $(VENV)/bin/portable serve --debug

gateway: $(VENV)/.tool  ## Run the gateway on http://127.0.0.1:8080 with the functions of stack.yml as processes: no Docker
	@exec $(VENV)/bin/portable dev

up: $(VENV)/.tool  ## Build the gateway and the functions, and start them on http://127.0.0.1:8080 with docker compose
	@exec $(VENV)/bin/portable up

down: $(VENV)/.tool  ## Stop what `make up` started, and remove the functions that were deployed to it
	@exec $(VENV)/bin/portable down

test: test-functions  ## Run the tests of your functions and the quick ones of the project, on all cores
	$(VENV)/bin/python -m pytest $(QUICK) $(PYTEST_ARGS)

test-functions: $(VENV)/.test
	$(VENV)/bin/portable test -- --ignore=tests || [ $$? = 5 ]  # tests/ is the project's own; 5: there are no tests

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

# Those of the repository agree: what is in several has the version of requirements/test.txt.
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config $(UPGRADE) \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: $(VENV)/.uv  ## Make the lock files again from the .in files (UPGRADE=--upgrade for the newest of everything)
	$(LOCK) --output-file requirements/test.txt requirements/test.in
	@for lock in $(LOCKS); do \
		$(LOCK) --constraints requirements/test.txt --output-file $$lock.txt $$lock.in || exit 1; \
	done
	$(LOCK) --output-file bench/requirements.txt bench/requirements.in

bench: $(VENV_BENCH)/.bench  ## Measure against the peers, side by side
	$(VENV_BENCH)/bin/python -m bench

clean:  ## Remove every environment and cache
	rm -rf $(VENV) $(VENV_BENCH) .portable .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp is newer than its lock file, or its environment is brought up to date. pip gets uv, and uv the rest.
$(VENV)/.tool $(VENV)/.test: $(VENV)/.%: requirements/%.txt requirements/build.txt pyproject.toml $(VENV)/.uv
	$(INSTALL) --python $(VENV)/bin/python --requirement $<
	$(UV) pip install --quiet --python $(VENV)/bin/python --no-deps --editable . \
		--build-constraints requirements/build.txt --require-build-hashes
	@touch $@ $(VENV)/.tool

$(VENV)/.uv: requirements/uv.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV_BENCH)/.bench: bench/requirements.txt $(VENV)/.uv | $(VENV_BENCH)/bin/python
	$(INSTALL) --python $(VENV_BENCH)/bin/python --requirement $<
	@touch $@

$(VENV)/bin/python $(VENV_BENCH)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is: `$(PYTHON) --version 2>&1 | head -1`." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: install its venv package (python3-venv on Debian)"; exit 1; }
	$(PYTHON) -m venv --clear $(@:/bin/python=)
