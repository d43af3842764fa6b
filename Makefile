# Everything that the project needs is set up in .venv by the first target that is run.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# On Linux, PyPI's torch brings several gigabytes for CUDA, which nothing here uses. TORCH=cpu takes the CPU build from
# PyTorch's own index instead, for .venv and for what `make ledger` installs: as `+cpu` it is preferred to PyPI's.
ifeq ($(TORCH),cpu)
export PIP_EXTRA_INDEX_URL := $(PIP_EXTRA_INDEX_URL) https://download.pytorch.org/whl/cpu
else ifneq ($(TORCH),)
$(error TORCH=$(TORCH) is not known; TORCH=cpu takes the build of torch without CUDA, and no TORCH the one from PyPI)
endif

.PHONY: serve site offline test record check ledger lint portable mutate bench audit requirements clean

serve: $(READY)  ## the site at http://127.0.0.1:8000, rebuilt on every change
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

site: $(READY)  ## the site in every language in site/; SITE_URL=https://... says where it will be published
	$(BIN)/python -m engine site

offline: $(READY)  ## the whole site as activation-functions.zip, to be opened from a folder without a server
	rm -rf .cache/offline activation-functions.zip
	env -u SITE_URL OFFLINE=true $(BIN)/python -m engine site .cache/offline/activation-functions
	cd .cache/offline && ../../$(BIN)/python -m zipfile -c ../../activation-functions.zip activation-functions

test: $(READY)  ## every test: snippets, engine, and the built site in a browser; WHOLE=1 tries everything instead of samples
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(if $(WHOLE),--whole)

check: $(READY)  ## run the snippets and compare their output with what is recorded
	$(BIN)/python -m engine check

record: $(READY)  ## fill the scripts that functions share, run the snippets and rewrite their recorded outputs
	$(BIN)/python -m engine record

ledger: $(READY)  ## run the snippets with other releases: VERSIONS="torch==2.12.1 jax==0.9.2"; without it, fill what is missing
	$(BIN)/python -m engine ledger $(VERSIONS)

lint: $(READY)  ## formatting and lint of code and snippets, and whether those that functions share are what is filled
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m engine lint

portable: $(READY)  ## run the snippets and audits as other machines would: vector units, threads, settings, folder, user, load
	$(BIN)/python -m engine portable

mutate: $(READY)  ## break what is written about functions one change at a time, and tell what nothing notices
	$(BIN)/python -m engine build
	$(BIN)/python -m engine mutate

bench: $(READY)  ## the figures that the project promises, measured
	$(BIN)/python -m bench

# In an environment of its own, since what it needs is no part of the project. It reads no markers that exclude each other in
# one file: where a package is pinned for older and newer Pythons, the second file has the newer. --strict: not found is a failure.
AUDIT := .cache/pip-audit
audit:  ## look the pinned packages up in the database of known vulnerabilities; needs pypi.org
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet pip-audit==2.10.1
	sed -E '/^[a-z]/!d; / ; .*>=/d; s/ ;.*//' requirements.txt > $(AUDIT)/older.txt
	sed -E '/^[a-z]/!d; / ; .*>=/!d; s/ ;.*//' requirements.txt > $(AUDIT)/newer.txt
	$(AUDIT)/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement $(AUDIT)/older.txt
	$(AUDIT)/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement $(AUDIT)/newer.txt

requirements: $(READY)  ## pin requirements.in for every supported Python and platform
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	  --custom-compile-command "make requirements" $(CUDA) requirements.in --output-file requirements.txt

# torch pins its own CUDA packages exactly, and only its CUDA build needs them.
CUDA := $(foreach name,cuda-bindings cuda-pathfinder cuda-toolkit triton $(addprefix nvidia-,cublas cuda-cupti \
  cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink \
  nvshmem-cu13 nvtx),--no-emit-package $(name))

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv, once: this downloads the packages of requirements.txt and takes some minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --requirement requirements.txt
	touch $@

clean:  ## remove what builds and runs have written, but not .venv
	rm -rf site .cache .pytest_cache .ruff_cache .import_linter_cache
