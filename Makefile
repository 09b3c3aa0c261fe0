# Two commands do everything: `make demo` and `make test`. Both set up .venv first.

PYTHON ?= python3
# What pytest-xdist uses.
JOBS ?= 2
# More for pip, e.g. an index with torch wheels built without CUDA.
PIP_FLAGS ?=

# The pynq of the last Zynq-7000 image with the oldest NumPy that this Python has, and the newest.
PYNQ_OLD := 3.1.2
PYNQ_NEW := 4.0.0

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed.stamp
# One thread for each worker: torch otherwise starts one per core in each, which is four times slower.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS)

# What pynq's environments cannot make themselves: data sets, bundles of networks that need torch, and simulators.
BOARD_FILES := $(VENV)/digits.npy $(VENV)/digits/made.stamp $(VENV)/engines/made.stamp
BOARD_ENV := OMP_NUM_THREADS=1 FPGAFLOW_DIGITS=$(VENV)/digits.npy FPGAFLOW_DIGITS_BUNDLES=$(VENV)/digits FPGAFLOW_ENGINES=$(VENV)/engines
ifneq ($(FPGAFLOW_DATA),)
BOARD_FILES += $(VENV)/resnet20/made.stamp
BOARD_ENV += FPGAFLOW_RESNET20=$(VENV)/resnet20
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint test-data test-board engine-resources extended clean

help:
	@echo "make demo       train, compile and simulate a small network (sets up .venv first)"
	@echo "make test       lint, types and the whole default test suite"
	@echo "make test-data  the quick tests on the real data sets that FPGAFLOW_DATA names"
	@echo "make test-board the runtime and the notebooks for a board on the emulated one, with pynq $(PYNQ_OLD) and $(PYNQ_NEW)"
	@echo "make engine-resources"
	@echo "                synthesizes the engine with Yosys, once for each change of rtl/, and holds the"
	@echo "                published figures against it (minutes)"
	@echo "make extended   the tests that take minutes"
	@echo "make lint       ruff and pyright only"
	@echo "make clean      remove .venv and everything generated"

setup: $(STAMP)

# Installed again only when what it is made from changes.
$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) was not found; install Python 3.10 or later, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "error: $$($(PYTHON) --version) is too old; install Python 3.10 or later, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "error: Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(PIP_FLAGS) -c constraints.txt -e '.[compile,demo,test]'
	@touch $@

demo: $(STAMP)
	$(BIN)/fpgaflow demo --force

test: lint
	$(PYTEST) -m "not data and not extended"

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright

test-data: $(STAMP)
	@test -n "$$FPGAFLOW_DATA" || { echo "error: FPGAFLOW_DATA is not set; it names the folder of real data sets"; exit 1; }
	$(PYTEST) -m "data and not extended"

# pynq wants a NumPy before 2 and Python 3.12 at most, so it has environments of its own.
test-board: $(VENV)-pynq-$(PYNQ_OLD)/installed.stamp $(VENV)-pynq-$(PYNQ_NEW)/installed.stamp $(BOARD_FILES)
	$(BOARD_ENV) $(VENV)-pynq-$(PYNQ_OLD)/bin/python -m pytest tests/runtime tests/notebooks
	$(BOARD_ENV) $(VENV)-pynq-$(PYNQ_NEW)/bin/python -m pytest tests/runtime tests/notebooks

# scikit-learn's digits, for environments without it.
$(VENV)/digits.npy: $(STAMP)
	$(BIN)/python -c 'import numpy; from fpgaflow.data import load_images; numpy.save("$@", load_images("digits").images)'

# A network for digits, compiled and simulated for a board of each family, made again whenever the compiler changes.
$(VENV)/digits/made.stamp: $(STAMP) tests/compiled_digits.py $(shell find fpgaflow hls -name '*.py' -o -name '*.h')
	OMP_NUM_THREADS=1 $(BIN)/python -c 'from tests.compiled_digits import write_bundles; write_bundles("$(@D)")'
	@touch $@

# The same on an engine of each family, with its RTL, which Verilator compiles once for each change of rtl/.
$(VENV)/engines/made.stamp: $(STAMP) tests/rtl_on_boards.py $(shell find fpgaflow rtl boards -name '*.py' -o -name '*.sv' -o -name '*.cpp' -o -name '*.h' -o -name '*.toml')
	OMP_NUM_THREADS=1 $(BIN)/python -c 'from tests.rtl_on_boards import write_engines; write_engines("$(@D)")'
	@touch $@

# ResNet-20 with real images, made again likewise.
$(VENV)/resnet20/made.stamp: $(STAMP) tests/real_networks.py $(shell find fpgaflow hls -name '*.py' -o -name '*.h')
	OMP_NUM_THREADS=1 $(BIN)/python -c 'from tests.real_networks import write_bundles; write_bundles("$(@D)")'
	@touch $@

$(VENV)-pynq-$(PYNQ_OLD)/installed.stamp: BOARD_NUMPY := 'numpy==1.23.2; python_version < "3.12"'
$(VENV)-pynq-%/installed.stamp: constraints-board.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' || { echo "error: pynq needs Python 3.10 to 3.12; this is $$($(PYTHON) --version); name one: make test-board PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)-pynq-$*
	$(VENV)-pynq-$*/bin/python -m pip install --quiet -c constraints-board.txt pynq==$* 'pycparser<3' 'numpy<2' $(BOARD_NUMPY) click hypothesis ipykernel matplotlib nbmake pytest pytest-timeout
	@touch $@

# Kept by the hash of the sources, so a second call takes no time.
engine-resources: $(STAMP)
	$(BIN)/python benchmarks/engine_resources.py --check

extended: $(STAMP)
	$(PYTEST) -m extended

clean:
	rm -rf $(VENV) $(VENV)-pynq-* build dist fpgaflow-demo .pytest_cache .ruff_cache .hypothesis
	find fpgaflow tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
