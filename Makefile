# The two commands of the README are `make run` and `make test`; the rest is for those who work on it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export OMP_THREAD_LIMIT := 1
# Hundreds of processes of a test run would each compile the same modules anew.
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8000
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help install run worker test test-scale lint format demo samples lock bench-pdf bench-scan bench-flat bench-attachments bench-damage fuzz fuzz-api soak hosts-apart clean

help:            ## List the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: $(STAMP) ## Install what run and test need; starts nothing

$(STAMP): requirements.lock pyproject.toml scripts/debian-packages.sh
	scripts/debian-packages.sh
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install     ## Start the service with samples and demo accounts on http://127.0.0.1:8000
	$(BIN)/forms-service serve --demo --port $(PORT)

test: install    ## Run the whole test suite
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-scale: install ## Services, storage, pages and journeys on PostgreSQL and S3
	FORMS_TEST_BACKEND=scale $(BIN)/python -m pytest $(PYTEST_ARGS) tests/services tests/storage tests/web tests/e2e

lint: install    ## Style, types, import directions, and every spec
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/forms-service specs lint

format: install  ## Put the code in its standard form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

demo: install    ## The samples' whole way and four requests; prints where each result lies
	$(BIN)/forms-service demo

samples: install ## Make the samples anew
	$(BIN)/python samples/make_samples.py

bench-pdf: install  ## Measure blanks and fills against pypdf
	$(BIN)/python tests/benchmarks/bench_pdf.py

bench-attachments: install ## Measure recognising and reading attachments
	$(BIN)/python tests/benchmarks/bench_attachments.py

bench-damage: install   ## Measure damaged sheets, tick marks and altered print
	$(BIN)/python -m tests.benchmarks.bench_registration
	$(BIN)/python -m tests.benchmarks.bench_ticks
	$(BIN)/python -m tests.benchmarks.bench_altered_print

bench-scan: install ## Measure reading against whole-page pytesseract
	$(BIN)/python -m tests.benchmarks.bench_scan

bench-flat: install ## Measure memory and seconds a page over many pages
	$(BIN)/python -m tests.benchmarks.bench_flat

fuzz: install     ## Damage many files, requests and texts for some minutes (FUZZ_EXAMPLES=400)
	FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),400) timeout 900 $(BIN)/python -m pytest -p no:xdist -q tests/test_fuzzing.py

fuzz-api: install ## Let schemathesis think of many requests (API_EXAMPLES=25)
	API_EXAMPLES=$(or $(API_EXAMPLES),25) $(BIN)/python -m pytest -p no:xdist -q tests/web/test_api_schema.py

soak: install    ## Kill everything at random while programs deposit, and count (SOAK="--deposits 210 --kills 8")
	timeout 2400 $(BIN)/python -m tests.failures.soak $(SOAK)

bench-load: install ## Measure deposits, pages read and page views on this machine under load
	$(BIN)/python -m tests.benchmarks.bench_load

bench-growth: install ## Measure pages and memory with 100 to 100,000 dossiers (SIZES=…, ON=postgresql)
	$(BIN)/python -m tests.benchmarks.bench_growth

hosts-apart: install    ## Cut hosts off from one another while programs deposit (root; network namespaces)
	$(BIN)/python -m tests.failures.hosts_apart

lock:            ## Pin every package anew (needs uv)
	scripts/lock.sh

clean:           ## Remove what was built; keeps the data in var/
	rm -rf $(VENV) build dist
