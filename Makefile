# Every target has one line of help behind ##.

PYTHON ?= python3
BIN := .venv/bin
SETUP := @$(PYTHON) tools/setup.py
SOURCES := src tests tools migrations clients examples hatch_build.py $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint format lock audit bench-scan bench-import bench-finding bench-match bench-records bench-qr bench-timing bench-certlogic bench-cards bench-renewals bench-print bench-widget bench-snapshot bench-feed test-spark clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## install what `make run` needs into .venv; quick when nothing changed
	$(SETUP)

run: setup  ## serve a demo with synthetic people (MOTMA_PORT=8000; LAN=1 for a phone); Ctrl-C ends it
	@exec $(BIN)/motma demo $(if $(LAN),--lan)

test:  ## set up and run all tests
	$(SETUP) --dev --chromium
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: lint test  ## everything that CI runs: static checks, then all tests

lint:  ## static checks: style, types, import contracts, migrations' locks, the pages' own checks
	$(SETUP) --dev
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/squawk migrations/*.sql
	@$(BIN)/python tools/build_ui.py --check

format:  ## rewrite the sources as `make lint` wants them
	$(SETUP) --dev
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

lock:  ## write the requirement locks anew
	$(SETUP) --dev
	@$(BIN)/python tools/lock.py

audit:  ## ask the advisory database about the locked requirements
	$(SETUP) --dev
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

bench-scan:  ## measure scans: scans/s, latency, beside a bare handler
	$(SETUP) --dev
	@$(BIN)/python bench/scan.py

bench-import:  ## measure the import of people beside a raw COPY
	$(SETUP) --dev
	@$(BIN)/python bench/import_people.py

bench-finding:  ## measure finding the person of a record
	$(SETUP) --dev
	@$(BIN)/python bench/finding.py $(ARGS)

bench-match:  ## measure matching of files, precision and recall (ARGS="--people 1000000")
	$(SETUP) --dev
	@$(BIN)/python bench/matching.py $(ARGS)

bench-records:  ## measure records received, matched by document and made facts
	$(SETUP) --dev
	@$(BIN)/python bench/records.py $(ARGS)

bench-qr:  ## measure parsing, signing, drawing and reading of QR codes
	$(SETUP) --dev
	@$(BIN)/python bench/qr.py

bench-timing:  ## measure whether time betrays who exists
	$(SETUP) --dev
	@$(BIN)/python bench/timing.py

bench-certlogic:  ## measure CertLogic beside panzi-json-logic
	$(SETUP) --dev
	@$(BIN)/python bench/certlogic.py

bench-renewals:  ## simulate renewals of codes: the worst hour
	$(SETUP) --dev
	@$(BIN)/python bench/renewals.py

bench-cards:  ## measure cards: facts and a rule book to a colour and its end
	$(SETUP) --dev
	@$(BIN)/python bench/cards.py

bench-print:  ## measure cards printed for a commune
	$(SETUP) --dev
	@$(BIN)/python bench/printing.py $(ARGS)

bench-widget:  ## measure the display module: its size, and its time to a code
	$(SETUP) --dev --chromium
	@$(BIN)/python bench/widget.py $(ARGS)

bench-snapshot:  ## measure the snapshot: size, delta, look-up, false positives
	$(SETUP) --dev
	@$(BIN)/python bench/snapshot.py $(ARGS)

bench-feed:  ## measure how far the feed of apps is behind at 1,000 changes a second
	$(SETUP) --dev
	@$(BIN)/python bench/feed.py $(ARGS)

test-spark:  ## install Spark (430 MB; needs Java 17 or 21) and hold it to the other backend's links
	$(SETUP) --dev
	@$(BIN)/python -m pip install --quiet "pyspark[sql]>=4,<5"
	@$(BIN)/python -m pytest -n0 -rs tests/spark

clean:  ## stop the demo's database, remove it and everything that was made
	@if [ -x $(BIN)/motma ]; then $(BIN)/motma db stop --force --discard || true; fi
	@rm -rf .venv .motma .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build
	@rm -rf src/motma/web/static
	@find src tests tools migrations -name __pycache__ -prune -exec rm -rf {} +
