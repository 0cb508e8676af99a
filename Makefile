# Everything a clone needs, in one place. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SUITE := route packets
BESIDE_route := benches/route_*.py
BESIDE_packets := benches/packets/bench.py benches/packets/differ.py benches/packets/red.py benches/packets/ties.py
BESIDE = $(foreach suite,$(SUITE),$(or $(BESIDE_$(suite)),$(error no SUITE $(suite): route or packets)))
SOURCES := pyproject.toml CMakeLists.txt $(shell find cpp -name '*.[ch]pp')
export PIP_NO_INPUT := 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint docs bench bench-peers bench-lab goldens sanitize clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.core  ## create .venv and install Easterly there, compiled

demo: $(VENV)/.core  ## plan a 1,024-GPU, two-tenant site into out/
	$(BIN)/easterly demo -o out

test: $(VENV)/.test  ## run the tests (PYTEST_ARGS adds options)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: $(VENV)/.test $(VENV)/.lint  ## check style, types, spelling and the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell

docs: $(VENV)/.docs  ## build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -q -j 2 -b html docs docs/_build
	@echo "docs/_build/index.html"

bench: $(VENV)/.test  ## run the benchmarks and the slow tests
	$(BIN)/python -m pytest -m slow -p no:cacheprovider
	@for script in benches/*.py benches/queueing/*.py benches/calculus/*.py benches/fluid/bench.py benches/ipam/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

bench-peers: $(VENV)/.test  ## time against others, SUITE=route (HiGHS, netgraph-core; EASTERLY_DATA) or packets (ns-3), or both
	$(if $(filter route,$(SUITE)),$(PIP) highspy netgraph-core ngraph topohub)
	@failed=0; for script in $(BESIDE); do echo "== $$script"; $(BIN)/python "$$script" || failed=1; done; exit $$failed

bench-lab: $(VENV)/.test  ## run the large labs: thirty routers, fifty runs of which ten are interrupted
	$(BIN)/python -m pytest -m "slow and lab" -n0 -s -p no:cacheprovider tests/app/lab

goldens: $(VENV)/.test  ## write golden files and shown output anew; then read their diff
	EASTERLY_REGEN=1 $(BIN)/python -m pytest -k "golden or every_block"
	git --no-pager diff --stat -- tests docs README.md

sanitize: $(VENV)/.test  ## run the kernel tests with address and undefined-behaviour sanitizers, then fuzz (FUZZ_SECONDS)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tools/sanitize.sh
	bash tools/fuzz.sh $(or $(FUZZ_SECONDS),60)

clean:  ## remove everything that the other targets made
	rm -rf $(VENV) build dist out docs/_build docs/reference/generated .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps: each is newer than what it was made from, so that a repeated call installs nothing.
$(VENV)/.made:
	@sh tools/preflight.sh "$(PYTHON)"
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.made $(SOURCES)
	@sh tools/preflight.sh "$(BIN)/python"
	$(PIP) --editable .
	@touch $@

# The package is installed by now, so that these bring in the extras alone and compile nothing.
$(VENV)/.test $(VENV)/.lint $(VENV)/.docs: $(VENV)/.%: $(VENV)/.core
	$(PIP) 'easterly[$*]'
	@touch $@
