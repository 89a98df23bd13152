# Two commands do everything: `make demo` (the main job) and `make test`. Both set up first.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export KERAS_BACKEND ?= tensorflow
export TF_CPP_MIN_LOG_LEVEL ?= 3
export TF_ENABLE_ONEDNN_OPTS ?= 1

.PHONY: setup demo quick test check style types format mobile clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d: make PYTHON=..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[train,dev,scale]"
	@touch $@

demo: setup  ## the main job: leaves build/demo/bundle/ and build/demo/report.html
	$(BIN)/makeup-ai demo --out build/demo

quick: setup  ## every step of the main job in under two minutes, with poor models
	$(BIN)/makeup-ai demo --quick --out build/quick

test: setup  ## every test; those that need a browser say so where there is none
	$(BIN)/python -m pytest

check: style types test  ## format, lint, types, tests

style: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# `export/` is installed as makeup_ai.export; mypy is shown the tree as it is installed.
types: setup
	@rm -rf build/types && mkdir -p build/types/makeup_ai
	@cd build/types/makeup_ai && ln -s ../../../makeup_ai/* . && ln -s ../../../export export
	cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache -p makeup_ai

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

mobile: setup  ## the phone's page on this machine, from build/demo/bundle
	npm --prefix mobile_demo ci --no-audit --no-fund
	npm --prefix mobile_demo run build
	npm --prefix mobile_demo run serve

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
