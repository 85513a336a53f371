# `make` lists what there is. Everything lives in .venv; nothing else on the machine is changed, except that Qt's
# system libraries and, for tests as root, programs that they use are installed where they are missing.
.DEFAULT_GOAL := help
BIN := .venv/bin
INSTALLED := .venv/installed
OLDEST := .venv/oldest/installed
OUT ?= demo-output
unexport PYTHONDONTWRITEBYTECODE  # compiled once, not by each of the hundreds of programs that tests start

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## install into .venv (again only when what is pinned has changed)

$(INSTALLED): pyproject.toml packaging/requirements.txt packaging/build.txt packaging/install.sh
	@packaging/install.sh
	@packaging/qt_libraries.sh screen || true
	@touch $@

$(OLDEST): $(INSTALLED) packaging/oldest.txt
	@$(BIN)/uv venv --quiet --clear --no-project --python $(BIN)/python $(@D) \
		&& $(BIN)/uv pip install --quiet --python $(@D)/bin/python --no-deps --require-hashes --requirement packaging/oldest.txt \
		&& touch $@ || echo "$(@D) could not be made: the tests with the oldest cryptography are left out." >&2

demo: $(INSTALLED) ## the whole job on a sample organisation (OUT=folder)
	@$(BIN)/dsr-desk demo --out $(OUT)

app: $(INSTALLED) ## the desktop program
	@packaging/qt_libraries.sh screen
	@$(BIN)/dsr-desk

test: $(INSTALLED) $(OLDEST) ## all tests, fast ones first (without Qt's system libraries: all but the windows)
	@packaging/test_tools.sh
	@packaging/qt_libraries.sh offscreen || true
	$(BIN)/pytest -n 2 --dist worksteal

test-long: $(INSTALLED) $(OLDEST) ## what takes long: every forgery, every kill, many more examples, all mutants
	@packaging/test_tools.sh
	@packaging/qt_libraries.sh offscreen || true
	$(BIN)/pytest -n 2 --dist worksteal --timeout 1800 -m long
	$(BIN)/pytest -n 2 --dist worksteal --timeout 1800 -m "hypothesis and not long" --hypothesis-profile long
	$(BIN)/python tests/mutants/run.py

mutants: $(INSTALLED) ## take safety lines out, one at a time: does a test fail? (ARGS="--only TEXT")
	$(BIN)/python tests/mutants/run.py $(ARGS)

check: $(INSTALLED) ## style, types, import rules, rules of the repository
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/unit/test_repository_rules.py

PEERS := .venv/peers

$(PEERS): $(INSTALLED) packaging/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --requirement packaging/bench.txt
	@touch $@

bench: $(PEERS) ## speed beside peers (FACES=folder with lfw/PERSON/*.jpg and scenes/*.xml: accuracy too)
	$(BIN)/python -m bench search
	$(BIN)/python -m bench index $(if $(FACES),$(FACES)/lfw)
	$(BIN)/python -m bench lineage
	$(BIN)/python -m bench evidence
	$(BIN)/python -m bench records
	$(BIN)/python -m bench columns
	$(BIN)/python -m bench databases
	$(BIN)/python -m bench archives
	$(BIN)/python -m bench inventory
	$(BIN)/python -m bench orders
	$(BIN)/python -m bench case
	$(BIN)/python -m bench review
	$(BIN)/python -m bench start
	$(BIN)/python -m bench letters
	$(BIN)/python -m bench engine $(FACES)
	$(BIN)/python -m bench detectors $(FACES)
ifneq ($(FACES),)
	$(BIN)/dsr-desk bench recall $(FACES)/lfw
	$(BIN)/python -m bench recall $(FACES)/lfw
	$(BIN)/python -m bench calibration $(FACES)/lfw
	$(BIN)/python -m bench recall-steps $(FACES)
endif

FORMATS := .venv/formats

$(FORMATS): $(INSTALLED) packaging/formats.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes --requirement packaging/formats.txt
	@touch $@

formats: $(FORMATS) ## the libraries of optional formats (Delta, Iceberg, Lance, DuckDB, Avro, video), so that their tests run

FUZZER := .venv/fuzzer
SECONDS ?= 60

$(FUZZER): $(INSTALLED) packaging/fuzz.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --requirement packaging/fuzz.txt \
		|| echo "atheris could not be installed: what is tried is drawn by chance alone." >&2
	@touch $@

fuzz: $(FUZZER) ## look for input that breaks a parser or a verifier (SECONDS=for each, ARGS=names)
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS) $(ARGS)

sample: $(INSTALLED) ## draw the sample organisation anew, into assets/sample
	@$(BIN)/python -m bench.sample

screenshots: $(INSTALLED) ## a picture of every screen (OUT=folder)
	@packaging/qt_libraries.sh offscreen
	$(BIN)/python -m bench.screenshots $(if $(filter demo-output,$(OUT)),build/screenshots,$(OUT))

docs: $(INSTALLED) ## write the pages that come from the program itself
	$(BIN)/python docs/error_codes.py

verifier: ## the verifier of bundles in dist/, with its digest
	@packaging/verifier.sh

package: $(INSTALLED) ## a Debian package in dist/, and the verifier
	packaging/package.sh

lock: $(INSTALLED) ## pin again what an install fetches (ARGS=--upgrade for newer versions)
	packaging/lock.sh $(ARGS)

clean: ## remove .venv and everything else that was built here
	rm -rf .venv build dist demo-output .*_cache .hypothesis src/*.egg-info
	find src tests -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help setup demo app test test-long mutants check bench fuzz sample screenshots docs verifier package lock clean
