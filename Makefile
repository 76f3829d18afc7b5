# Boxoffice, from a fresh clone. `make` alone lists what there is.
#
# The first target that needs it makes `.venv` from requirements-dev.lock, with every hash
# checked; after that only a changed lock or pyproject.toml installs again. pip brings uv, which
# is ten times faster with the rest.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench docs lock clean
SHELL := /bin/sh
# Thousands of processes start here: where this is set, each would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# Half of the time a test waits for a socket or a disk: three workers keep two cores busy.
WORKERS = $$(( $$(nproc 2>/dev/null || echo 2) * 3 / 2 ))
LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url

# The newest Python that we run on. Debian ships `venv` and `ensurepip` in a package of their own.
fits = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHONS ?= python3.13 python3.12 python3.11 python3
make_venv = for python in $(PYTHONS) none; do \
		if $$python -c '$(fits)' 2>/dev/null; then break; fi; \
	done; \
	if [ $$python = none ]; then \
		echo "Boxoffice needs Python 3.11, 3.12 or 3.13, and there is none on the PATH." >&2; \
		echo "On Debian or Ubuntu: apt install python3 python3-venv" >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make a virtual environment: a part of it is missing." >&2; \
		echo "On Debian or Ubuntu: apt install $$python-venv" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$python. This happens once." >&2; \
	$$python -m venv --clear .venv

# One step of `make check`: its name and a tick, or everything it said and a stop.
# Usage: $(call step,name,command)
step = @if said=$$($(2) 2>&1); then echo "ok    $(1)"; \
	else printf '%s\n' "$$said"; echo "wrong $(1)"; exit 1; fi

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: .venv/.installed ## play a whole night at the box office, from first sale to last scan
	@$(BIN)/boxoffice demo

test: .venv/.installed ## run every test
	@$(BIN)/python -m pytest -q -n $(WORKERS)

check: .venv/.installed ## format, lint, types, floors, workflows, links, requirements; stops at a wrong one
	$(call step,format,$(BIN)/ruff format --quiet --diff .)
	$(call step,lint,$(BIN)/ruff check --quiet .)
	$(call step,types,$(BIN)/mypy)
	$(call step,floors,$(BIN)/lint-imports --no-logo)
	$(call step,workflows,$(BIN)/python -m pytest -q tests/architecture/test_workflows.py)
	$(call step,docs,$(BIN)/python -m pytest -q tests/architecture/test_docs.py)
	$(call step,requirements,$(BIN)/uv pip check)

bench: .venv/.installed ## measure the speed of the hot paths against floors from the same run
	@$(BIN)/python -m tests.bench

docs: .venv/.installed ## check the links of the pages, and build the site in build/site
	@$(BIN)/python -m pytest -q tests/architecture/test_docs.py
	@$(BIN)/python -m tests.site

lock: .venv/.installed ## choose the newest versions that pyproject.toml allows
	@$(LOCK) --upgrade -o requirements.lock
	@$(LOCK) --upgrade --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment, the caches and what was built
	@rm -rf .venv dist build .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find boxoffice tasks tui tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: requirements-dev.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(make_venv); }
	@sed -n '/^uv==/,/[^\\]$$/p' $< > .venv/uv.lock
	@$(BIN)/python -m pip install -qq --require-hashes --only-binary :all: -r .venv/uv.lock
	@$(BIN)/uv pip install --quiet --require-hashes --only-binary :all: -r $<
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
