# The two commands of the README are `make refresh` and `make test`; the rest is for who works on the project.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

.PHONY: refresh test test-long lint dev docs bench lock

refresh: .venv/ready  ## Read raw/, build, check and publish
	@$(BIN)/papi refresh

test: .venv/ready  ## The tests, in less than three minutes
	$(BIN)/pytest -m "not long"

test-long: .venv/ready  ## The tests that take longer
	$(BIN)/pytest -m long

lint: .venv/ready  ## Format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project

dev: .venv/ready  ## Dagster's pages on http://localhost:3000, with the history of refreshes
	@DAGSTER_HOME="$$($(BIN)/python -m pipelines.orchestration.history)" $(BIN)/dagster dev

docs: .venv/ready  ## Data dictionary and dbt's documentation in warehouse/docs/
	@$(BIN)/papi docs

bench: .venv/ready  ## Measure, as benchmarks/README.md describes
	$(BIN)/python benchmarks/measure.py
	@$(BIN)/papi refresh
	$(BIN)/python -m benchmarks.analysis

lock:  ## Resolve the dependencies anew; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-strip-extras \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv from requirements.lock; the first time this takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@
