# Two commands on a fresh machine with Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
INPUTS := pyproject.toml constraints.txt

.PHONY: demo test check docs format lock browser benchmarks clean

demo: .venv/installed
	@$(BIN)/thematic demo --out demo-study

test: .venv/installed-for-tests browser check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The manual as pages, in build/docs: strict, and nothing is fetched.
docs: .venv/installed-for-tests
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs build/docs
	@echo "The manual: build/docs/index.html"

format: .venv/installed-for-tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The browser that the tests of pages drive. Playwright's own download is not used.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || sh scripts/install_chromium.sh

.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 14)))' \
	  || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13: say make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/python $(INPUTS)
	@echo "Installing thematic and the libraries it stands on (once, a minute or two) ..."
	$(PIP) --editable .
	@touch $@

.venv/installed-for-tests: .venv/installed
	$(PIP) --editable '.[test,oracles,pdf,ner,ray,docs]'
	@touch $@

# Writes constraints.txt: the newest versions that pyproject.toml allows, resolved in an empty environment.
# torch is held at the version named in scripts/lock.sh, whose processor-only build is the one wanted.
lock:
	sh scripts/lock.sh "$(PYTHON)"

clean:
	rm -rf .venv demo-study .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
