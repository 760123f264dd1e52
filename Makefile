# Two commands: `make run` and `make test`. Each sets up everything it needs; the second time that takes no time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-host screenshots check lint types lock clean

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

clean:
	rm -rf $(VENV) .venv-host build *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The package itself goes in last and without dependencies: they are already there, pinned. (Twice quiet: setuptools
# warns at length about any editable package.)
$(VENV)/.run: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --editable .
	mkdir -p $(VENV)/src && ln -sfn ../.. $(VENV)/src/inferbot
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	touch $@
