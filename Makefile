# Everything runs as it is on a bare Debian or Ubuntu, as root or with sudo.

PYTHON := .venv/bin/python

# Hundreds of processes start here: none should compile what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test drill slowest image-test check compiled format man catalogues install bench fuzz docs lock clean

# A private server, the bot and two readers: shows an announcement; 3 minutes.
demo: install
	$(PYTHON) -m tests.demo

# Every check and every test, on real servers; half an hour on two cores.
test: install
	$(MAKE) --no-print-directory --jobs=2 --output-sync check compiled
	CARILLON_TEST_STRICT=1 $(PYTHON) -m pytest -n 5 --dist worksteal \
	  --junitxml .cache/tests.xml

# What breaks a service for real, at length, on real servers; an hour at most.
drill: install
	CARILLON_TEST_STRICT=1 $(PYTHON) -m pytest -n 2 --dist worksteal \
	  -o python_files='drill_*.py' -o timeout=900 tests/drills

# Where the last `make test` spent its time, into CONTRIBUTING.md.
slowest:
	$(PYTHON) -m tests.slowest

# Build the container images without a daemon, and run them; as root, 2 minutes.
image-test: install
	CARILLON_TEST_STRICT=1 CARILLON_TEST_IMAGES=1 $(PYTHON) -m pytest tests/packaging/test_image.py

# What needs no server: format, lint, types, layers.
check: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# pytest compiles the tests its own way, and five processes would each do it at once:
# one does, on the core that mypy leaves. What cannot be imported fails in the run.
compiled: install
	-@$(PYTHON) -m pytest --collect-only -qq >/dev/null

# Put the code into the house format.
format: install
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

# Write the man pages anew, from the commands' help.
man: install
	$(PYTHON) -m contrib.manual

# Bring the translators' catalogues up to date with the program's texts.
catalogues: install
	$(PYTHON) -m contrib.catalogues

# Install what is missing: Python packages in .venv, servers in .cache/servers.
install:
	@bash tests/install.sh

# Measure throughput against the private servers; takes long.
bench: install
	$(PYTHON) -m benchmarks

# Hostile input by the million, guided by coverage: SECONDS_EACH=300 for each target,
# RUNS=N at most, TARGETS="requests steering inbox messages reads recurrences times templates".
# Before that recurrences by the thousand against slower ways to find them, and what is
# amended and cut off by the hundred: TIMES=20.
fuzz: install
	$(PYTHON) -m pip install -q --require-hashes -r requirements-fuzz.lock
	CARILLON_TEST_TIMES=$(or $(TIMES),20) $(PYTHON) -m pytest -q -n 2 -o timeout=1800 \
	  tests/domain/test_recurrence_properties.py tests/service/test_zone_rules.py \
	  tests/service/test_amended_histories.py
	$(PYTHON) -m tests.fuzz --seconds $(or $(SECONDS_EACH),300) \
	  --runs $(or $(RUNS),-1) $(TARGETS)

# The documentation as a site for reading without a network: .site/index.html.
# A link to what is not there fails, and so does a script or picture from elsewhere.
docs: install
	$(PYTHON) -m pip install -q --require-hashes -r requirements-docs.lock
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --quiet
	! grep -rE --include='*.html' '<(script|link|img|iframe)[^>]* (src|href)="?https?:' .site

# Pin the newest packages that pyproject.toml allows: those that run, those that
# build, and all; needs uv.
PIN := uv pip compile -q --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-header --upgrade
lock:
	$(PIN) pyproject.toml -o requirements.lock
	$(PIN) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(PIN) --group build -c requirements-dev.lock -o requirements-build.lock
	$(PIN) --group fuzz -o requirements-fuzz.lock
	$(PIN) --group docs -c requirements-dev.lock -o requirements-docs.lock

# Remove all that was installed or made here.
clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache .hypothesis .fuzz .site
	find . -name __pycache__ -prune -exec rm -rf {} +
