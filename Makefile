# The two commands of the README are `make refresh` and `make test`; the rest is for who works on the project.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

.PHONY: refresh test test-long lint dev docs bench lock

refresh: .venv/ready  ## Read raw/, build, check and publish
	@$(BIN)/python -m pipelines.cli refresh

test: .venv/ready  ## The tests, in less than three minutes
	$(BIN)/python -m pytest -m "not long"

test-long: .venv/ready  ## The tests that take longer
	$(BIN)/python -m pytest -m long

lint: .venv/ready  ## Format, lint and types
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -m sqlfluff lint --processes 2 --disable-progress-bar dbt_project

dev: .venv/ready  ## Dagster's pages on http://localhost:3000, with the history of refreshes
	@DAGSTER_HOME="$$($(BIN)/python -m pipelines.orchestration.history)" $(BIN)/python -m dagster dev

docs: .venv/ready  ## Data dictionary and dbt's documentation in warehouse/docs/
	@$(BIN)/python -m pipelines.cli docs

bench: .venv/ready  ## Measure, as benchmarks/README.md describes
	$(BIN)/python -m benchmarks.measure
	@$(BIN)/python -m pipelines.cli refresh
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.questions

lock:  ## Resolve the dependencies anew; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-strip-extras \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements.lock

# The programs of an environment name the folder that it was made in, and would run the code of that folder. So all
# below is run as `python -m`, and in a folder that was copied or moved the setting up is done again, without a network.
ifneq ($(shell cat .venv/ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/ready
endif

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv from requirements.lock; the first time this takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@echo "$(CURDIR)" > $@
