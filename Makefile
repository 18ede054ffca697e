# make demo   solve a real graph, show the answer, draw the picture
# make test   run the whole test suite
# Needs Python 3.11 or later and make; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_GRAPH := problems/maxcut/florentine.json

BENCH := .bench-venv
BACKENDS := .backends-venv
FUZZ := .fuzz-venv
MITIQ := .mitiq-venv
SMOKE := .smoke-venv
BACKEND_PEERS := qiskit-aer mthree qulacs amazon-braket-sdk cirq-google qiskit-ibm-runtime pennylane openfermion \
    qiskit-optimization dimod pandas xarray psycopg[binary]
PEERS := qulacs pennylane-lightning qiskit-aer qsimcirq
VQE_PEERS := tencirchem-ng jax pyscf

.PHONY: help demo test test-slow lint docs notebooks studies study-outer-loop study-bayesian study-mitigation study-gset chaos chaos-jobs fuzz bench bench-quick bench-vqe bench-serve test-backends wheel smoke smoke-lowest smoke-extras clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       solve a real graph, show the answer, draw demo/maxcut.png"
	@echo "make test       run the test suite"
	@echo "make test-slow  run the long studies among the tests"
	@echo "make test-backends  compare with simulators and backends of others (a minute, 1 GB of packages)"
	@echo "make lint       ruff, mypy and import-linter"
	@echo "make wheel      build the wheel and the source distribution into dist"
	@echo "make smoke      test the wheel in an environment of its own, outside the repository (two minutes)"
	@echo "make smoke-lowest  the same with the lowest versions of what hybridq needs"
	@echo "make smoke-extras  the same with all extras (1 GB of packages)"
	@echo "make docs       build the documentation into build/docs, and run every block of code in it (two minutes)"
	@echo "make notebooks  run the notebooks of docs/notebooks, and keep them with outputs in build/notebooks (a minute)"
	@echo "make studies    run the studies against published numbers (two minutes)"
	@echo "make study-outer-loop  compare all optimizers and starts of QAOA (under half an hour)"
	@echo "make study-bayesian  count the executions that Bayesian optimization takes (a quarter of an hour)"
	@echo "make study-mitigation  compare extrapolation and cancellation of noise with mitiq (five minutes)"
	@echo "make study-gset  cut large graphs with every strategy, and write the tables (half an hour)"
	@echo "make chaos      kill runners, workers and clients, crash the database, fill the disk (half an hour)"
	@echo "make chaos-jobs kill servers of the job service, their slots and their database (an hour)"
	@echo "make fuzz       send the job service all requests of its description, and hostile ones (half an hour)"
	@echo "make bench      time the engine against its peers (a quarter of an hour, needs gcc)"
	@echo "make bench-quick  compare the engine with cheap references and the last accepted run (a minute)"
	@echo "make bench-serve  time the job service on loopback (two minutes)"
	@echo "make bench-vqe  time VQE against its peers (ten minutes)"
	@echo "make clean      remove .venv, caches and demo/"

# A stamp for each set of packages, so that a second run installs nothing.
$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: there is no '$(PYTHON)': install Python 3.11 or later, or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $$($(PYTHON) --version) is too old, 3.11 or later is needed: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	@echo "installing (about a minute) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "installing (about a minute) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	@echo "installing (about a minute) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing (about a minute) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@mkdir -p demo
	$(BIN)/hybridq solve maxcut $(DEMO_GRAPH) --seed 7 --plot demo/maxcut.png

# Two processes, a file each: the kernels that they compile they share through numba's cache. It is one
# of the tests' own, since they compile with fewer optimizations, which takes two thirds of the time.
# Whatever the shell says, Python keeps what it compiles: tests begin many processes.
test: $(VENV)/.installed-test
	NUMBA_OPT=1 NUMBA_CACHE_DIR=$(CURDIR)/.cache/test-kernels PYTHONDONTWRITEBYTECODE= \
	    $(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m slow --hypothesis-profile=new-examples

# A package that does not install is named as missing; its tests are skipped.
$(BACKENDS)/.peers: pyproject.toml
	$(PYTHON) -m venv $(BACKENDS)
	$(BACKENDS)/bin/python -m pip install --quiet --disable-pip-version-check -e . pytest pytest-xdist hypothesis qiskit
	@for peer in $(BACKEND_PEERS); do \
	  $(BACKENDS)/bin/python -m pip install --quiet --disable-pip-version-check $$peer \
	    || echo "missing: $$peer"; done
	@touch $@

test-backends: $(BACKENDS)/.peers
	$(BACKENDS)/bin/python -m pytest -rs tests/peers tests/operators/test_interop.py tests/backends/test_vendors.py \
	    tests/mitigation/test_m3.py tests/problems/test_program_interop.py tests/presentation/test_result.py \
	    tests/experiments/test_table.py

# smoke-lowest takes the lowest versions that pyproject.toml allows, which pip cannot resolve. The test is copied to an
# empty folder, so that neither the repository nor its settings are found.
$(VENV)/.installed-build: $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build uv
	@touch $@

wheel: $(VENV)/.installed-build
	rm -rf dist
	$(BIN)/python -m build --quiet --installer uv
	@ls -l dist

# All extras but gp, whose PyTorch has gigabytes.
EXTRAS := optuna,chem,openfermion,qiskit,qiskit-optimization,ibm,braket,cirq,pennylane,m3,dot,classical,mps,dimod,postgresql,serve,dask,mpi,pandas,xarray,parquet

smoke smoke-extras: RESOLUTION := highest
smoke-lowest: RESOLUTION := lowest-direct
smoke-extras: CHOSEN := [$(EXTRAS)]
smoke smoke-lowest smoke-extras: wheel
	rm -rf $(SMOKE)
	$(PYTHON) -m venv --without-pip $(SMOKE)
	$(BIN)/python -m uv pip install --quiet --python $(SMOKE)/bin/python --resolution $(RESOLUTION) \
	    -r pyproject.toml "$$(ls dist/*.whl)$(CHOSEN)" 'pytest>=8.0'
	cp tests/smoke/test_installed.py $(SMOKE)/
	cd $(SMOKE) && bin/python -m pytest -q --rootdir . -c /dev/null -p no:cacheprovider test_installed.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Everything anew, so that no page shows the output of another version; two processes read pages, and
# share the kernels of the tests. A warning, such as a broken link or a block that fails, is an error.
docs: $(VENV)/.installed-docs
	rm -rf build/docs build/docs-made
	NUMBA_OPT=1 NUMBA_CACHE_DIR=$(CURDIR)/.cache/test-kernels \
	    $(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs 2 --fresh-env \
	    --doctree-dir build/doctrees docs build/docs
	@echo "built: build/docs/index.html"

# The notebooks are made of the tutorials; here they run in small sizes, two at a time.
notebooks: $(VENV)/.installed-docs
	NUMBA_OPT=1 NUMBA_CACHE_DIR=$(CURDIR)/.cache/test-kernels \
	    $(BIN)/python docs/extensions/notebooks.py --run build/notebooks

# The studies need PySCF, which the tests bring.
studies: $(VENV)/.installed-test
	$(BIN)/python -m experiments.vqe.adapt_h6
	$(BIN)/python -m experiments.vqe.uccsd_errors
	$(BIN)/python -m experiments.vqe.hva_tfim
	$(BIN)/python -m experiments.cut_fraction
	$(BIN)/python -m experiments.dissociation
	$(BIN)/python -m experiments.transfer

# Interrupted and started again, it continues; its searches are kept in .cache/outer_loop.jsonl.
$(VENV)/.installed-optuna: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[optuna]'
	@touch $@

study-outer-loop: $(VENV)/.installed-optuna
	$(BIN)/python -m experiments.outer_loop.study

# Interrupted and started again, it continues; its searches are kept in .cache/bayesian.jsonl.
study-bayesian: $(VENV)/.installed
	$(BIN)/python -m experiments.bayesian

# The license of mitiq is the GPL: it has an environment of its own, and nothing here depends on it.
$(MITIQ)/.installed: $(VENV)/.created pyproject.toml
	$(PYTHON) -m venv $(MITIQ)
	$(MITIQ)/bin/python -m pip install --quiet --disable-pip-version-check -e . mitiq
	@touch $@

study-mitigation: $(MITIQ)/.installed
	$(MITIQ)/bin/python -m experiments.mitigation

# Interrupted and started again, it continues; its runs are kept in experiments/gset/results.
study-gset: $(VENV)/.installed
	$(BIN)/python -m experiments.gset.study

chaos: $(VENV)/.installed-test
	$(BIN)/python -m experiments.chaos.kills
	$(BIN)/python -m experiments.chaos.full_disk
	$(BIN)/python -m experiments.chaos.executions 100
	$(BIN)/python -m experiments.chaos.cluster 10000 2

chaos-jobs: $(VENV)/.installed-test
	$(BIN)/python -m experiments.chaos.jobs 500

$(FUZZ)/.installed: Makefile
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check schemathesis
	@touch $@

fuzz: $(VENV)/.installed-test $(FUZZ)/.installed
	$(BIN)/python -m experiments.fuzz.hostile
	$(BIN)/python -m experiments.fuzz $(FUZZ)/bin/schemathesis

# A peer that does not install is named as missing by the benchmark, which continues without it.
$(BENCH)/.peers: $(VENV)/.created pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	@for peer in $(PEERS); do \
	  $(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check $$peer \
	    || echo "missing: $$peer"; done
	@touch $@

$(BENCH)/.vqe-peers: $(BENCH)/.peers
	@for peer in $(VQE_PEERS); do \
	  $(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check $$peer \
	    || echo "missing: $$peer"; done
	@touch $@

bench: $(BENCH)/.peers
	$(BENCH)/bin/python experiments/benchmarks/qaoa.py

bench-quick: $(VENV)/.installed-test
	$(BIN)/python -m experiments.benchmarks.quick

bench-serve: $(VENV)/.installed-test
	$(BIN)/python -m experiments.benchmarks.serve

bench-vqe: $(BENCH)/.vqe-peers
	$(BENCH)/bin/python experiments/benchmarks/vqe.py

clean:
	rm -rf $(VENV) $(BENCH) $(BACKENDS) $(FUZZ) $(MITIQ) $(SMOKE) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find hybridq tests -name __pycache__ -type d -prune -exec rm -rf {} +
