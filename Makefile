# `make demo` and `make test` do all of the set-up; what is done already is not done again.

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
BUILD_TOOL := core/js/vite/bin/pegboard-vite.js
COMPONENTS := $(sort $(wildcard components/*/pyproject.toml))
COMPONENT_DIRS := $(patsubst %/pyproject.toml,%,$(COMPONENTS))
EDITABLE := core cli gallery core/tunnels/ssh $(COMPONENT_DIRS)
FRONTEND := $(shell find core/frontend core/js components/*/frontend gallery/frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
PORT ?= 7860

.DEFAULT_GOAL := help
# A test file runs in one process, since its tests share a browser and servers.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile

.PHONY: help setup build demo test test-kit test-models lint unit bench bench-quick peer clean manifests

help:
	@echo "make demo         set up, then serve the example apps (PORT=7860)"
	@echo "make test         set up, then run all checks and tests"
	@echo "make test-kit     the component author's kit from end to end"
	@echo "make test-models  pipelines and logs with real model libraries (a part of make test)"
	@echo "make bench        compare with Gradio 6 and a bare server (docs/performance.md)"
	@echo "make bench-quick  the short rows, once"
	@echo "make peer         ask the same app on Pegboard and on Gradio 6 the same"
	@echo "make manifests    write every component's pegboard.json"
	@echo "make clean        remove what was built"

setup: .make/python .make/bundles

build: .make/bundles

.make/venv:
	@mkdir -p .make
	@echo "== Python environment"
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@touch $@

.make/node: package.json package-lock.json
	@mkdir -p .make
	@echo "== frontend packages"
	@command -v npm >/dev/null || { echo "npm was not found: install Node 20.19 or newer"; exit 1; }
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

.make/bundles: .make/node .make/venv $(FRONTEND) $(COMPONENTS)
	@echo "== bundles"
	node $(BUILD_TOOL) build-all
	$(UV) pip install --quiet --python $(PY) -c constraints.txt hatchling
	PYTHONPATH=cli/hatch-pegboard/src $(PY) -m hatch_pegboard core gallery $(COMPONENT_DIRS)
	@touch $@

.make/python: .make/bundles constraints.txt requirements-dev.txt $(EDITABLE:%=%/pyproject.toml) pyproject.toml
	@echo "== Python packages"
	$(UV) pip install --quiet --python $(PY) -c constraints.txt hatchling editables
	$(UV) pip install --quiet --python $(PY) -c constraints.txt --no-build-isolation -e ./cli/hatch-pegboard
	$(UV) pip install --quiet --python $(PY) -c constraints.txt --no-build-isolation \
		$(foreach dir,$(EDITABLE),-e ./$(dir)) -e . \
		-r requirements-dev.txt
	@touch $@

.make/browser:
	@mkdir -p .make
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		echo "== Chromium"; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; \
		else echo "Install Chromium (Debian: apt-get install chromium), then run this again."; exit 1; fi; }
	@touch $@

.make/proxy:
	@mkdir -p .make
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || { \
		echo "== nginx"; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends nginx-light; \
		else echo "Install nginx (Debian: apt-get install nginx-light), then run this again."; exit 1; fi; }
	@touch $@

demo: setup
	$(PY) -m pegboard_gallery.demo --port $(PORT)

manifests: setup
	@for dir in $(COMPONENT_DIRS); do $(PY) -m pegboard_cli manifest $$dir || exit 1; done

lint: setup
	@echo "== ruff"
	$(VENV)/bin/ruff check .
	@echo "== mypy"
	$(VENV)/bin/mypy
	@echo "== svelte-check"
	npm run --silent check

test: lint .make/browser .make/proxy .make/models
	@echo "== manifests"
	@for dir in $(COMPONENT_DIRS); do $(PY) -m pegboard_cli manifest --check $$dir || exit 1; done
	@echo "== pytest"
	$(PY) -m pytest $(PARALLEL)
	@echo "== the author's kit"
	$(MAKE) --no-print-directory test-kit
	@echo "== real models"
	$(MAKE) --no-print-directory test-models

# The author's kit from end to end: projects are made, built, installed and driven in a browser.
test-kit: setup .make/browser
	$(PY) -m pytest $(PARALLEL) cli/tests

.make/models: .make/bundles requirements-models.txt
	@echo "== torch, transformers, mlflow (two minutes, 1.3 GB; in an environment of their own)"
	python3 -m venv .venv-models
	.venv-models/bin/pip install --quiet --disable-pip-version-check -r requirements-models.txt
	.venv-models/bin/pip install --quiet --disable-pip-version-check hatchling editables
	.venv-models/bin/pip install --quiet --disable-pip-version-check --no-build-isolation -e ./cli/hatch-pegboard
	.venv-models/bin/pip install --quiet --disable-pip-version-check --no-build-isolation \
		-e ./core $(foreach name,button image label markdown textbox,-e ./components/$(name))
	@touch $@

test-models: .make/models
	.venv-models/bin/python -m pytest -o addopts="--import-mode=importlib" tests/models

.make/gradio:
	@mkdir -p .make
	@echo "== Gradio 6, to compare with"
	python3 -m venv .venv-gradio
	$(UV) pip install --quiet --python .venv-gradio/bin/python gradio==6.31.0 || { rm -rf .venv-gradio; exit 1; }
	@touch $@

bench: setup .make/browser .make/gradio
	$(PY) -m tests.benchmarks.run

# A report: without Gradio it compares with the floor alone, and only a gross loss is an error.
bench-quick: setup .make/browser
	-@$(MAKE) --no-print-directory .make/gradio
	$(PY) -m tests.benchmarks.run --quick

peer: setup .make/gradio
	$(PY) -m pytest -o addopts="--import-mode=importlib" tests/peer

clean:
	rm -rf .make $(VENV) .venv-gradio .venv-models node_modules core/src/pegboard/_frontend gallery/src/*/_frontend components/*/src/*/_frontend
