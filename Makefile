# A short list of words. `make run` does the main job; `make test` is what must be green.

PYTHON ?= $(shell command -v /usr/bin/python3.11 || command -v python3.11 || command -v python3)
BIN := .venv/bin

# Of the tests; one more than the cores of a small machine, for tests wait for processes, disks and clips.
WORKERS ?= 3

# Modules are compiled once, not in each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help prepare run test check bench fuzz soak lock package

help:
	@echo "make run      build and sign the sample case, sit it, seal, send, score (window or scripted)"
	@echo "make test     format, lint, types, import rules and all tests"
	@echo "make check    the same without the tests"
	@echo "make bench    the benchmarks, each beside its reference"
	@echo "make fuzz     guided fuzzing of every reader, MINUTES=1 for each; Linux only (docs/fuzzing.md)"
	@echo "make soak     kills, cuts and breaks on purpose for a long while, counted; SOAK=names, MINUTES=10 for each"
	@echo "make lock     renew installer/locks from pyproject.toml"
	@echo "make package  build the wheel and the source distribution"

prepare:
	@$(PYTHON) installer/prepare.py

run: prepare
	@$(BIN)/pocus demo

check: prepare
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

test: check
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: prepare
	$(BIN)/python -m benchmarks

MINUTES ?= 1
TARGETS ?=
ATHERIS := out/fuzz/packages

fuzz: prepare
	@test -d $(ATHERIS)/atheris || $(BIN)/pip install --quiet --target $(ATHERIS) "atheris>=3,<4"
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --packages $(ATHERIS) $(TARGETS)

SOAK ?=

soak: prepare
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.soak $(if $(filter file,$(origin MINUTES)),,--minutes $(MINUTES)) $(SOAK)

lock: prepare
	$(BIN)/python installer/lock.py

package: prepare
	$(BIN)/python -m hatchling build
