# Two commands: `make run` and `make test`. Each sets up everything it needs; the second time that takes no time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-host screenshots check lint types lock licenses audit sbom clean

run: $(VENV)/.run
	$(BIN)/python bot.py

# In parallel: half of the time goes into waiting for sockets, timers and the browser.
test: $(VENV)/.dev
	$(BIN)/python bot.py models fetch
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# The plugin as a host installs it: without extras, and with the oldest aiohttp that Red's environment pins.
test-host: $(VENV)/.dev
	$(BIN)/uv venv --quiet --allow-existing .venv-host
	$(BIN)/uv pip install --quiet --python .venv-host --editable . "aiohttp==3.9.5" pytest pytest-asyncio hypothesis simcord==3.2.1
	.venv-host/bin/python -m pytest -q -p no:cacheprovider tests/cogs/test_plugin.py tests/cogs/test_label.py tests/features/test_downloads.py

# The README's pictures, taken by the browser tests.
screenshots: $(VENV)/.dev
	INFERBOT_SCREENSHOTS=docs $(BIN)/python -m pytest -q tests/browser/test_label.py

check: lint types

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/pyright

# Pinned requirements for every platform and Python from 3.11 on, made of the lists in pyproject.toml.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock"

lock: $(VENV)/.dev
	$(COMPILE) pyproject.toml --all-extras -o requirements.txt
	$(COMPILE) --group dev --constraints requirements.txt -o requirements-dev.txt
	$(COMPILE) --group build -o requirements-build.txt
	$(COMPILE) --group audit -o requirements-audit.txt

# docs/licenses.md, from what the installed packages and the model cards say.
licenses: $(VENV)/.dev
	$(BIN)/python docs/licenses.py

# Known holes in what's pinned. Needs the network: pip-audit asks the Python package index.
audit: .venv-audit/.done
	.venv-audit/bin/pip-audit --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt

# Everything the bot installs, as a software bill of materials (CycloneDX).
sbom: .venv-audit/.done
	mkdir -p build
	.venv-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o build/sbom.json requirements.txt

clean:
	rm -rf $(VENV) .venv-host .venv-audit build *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

# The package itself goes in last and without dependencies: they are already there, pinned, and so is what builds it.
# (Twice quiet: setuptools warns at length about any editable package.)
$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	$(BIN)/python $(INSTALL) -r requirements.txt -r requirements-build.txt
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	mkdir -p $(VENV)/src && ln -sfn ../.. $(VENV)/src/inferbot
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python $(INSTALL) -r requirements-dev.txt
	touch $@

.venv-audit/.done: requirements-audit.txt | $(BIN)/python
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python $(INSTALL) -r requirements-audit.txt
	touch $@
