# Everything below sets up what it needs by itself: Python 3.11+, make and git are enough.
PYTHON ?= python3
PY = .venv/bin/python
# What runs with the settings of this machine: secrets in var/, embedded servers, the sandbox.
HERE = $(PY) -m local.local_env
PIP_COMPILE = $(PY) -m piptools compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	--no-emit-find-links --no-emit-index-url --no-emit-trusted-host

# Looks for what looks like a key; words such as "password" beside a text are too common in a house with sign-in.
SECRET_SCAN = --disable-plugin KeywordDetector --exclude-files 'requirements/.*\.txt'

.PHONY: help run demo test quick coverage bench chaos lint types contracts secrets requirements clean ready ready-for-tests

help:
	@echo 'make run           start everything and serve http://127.0.0.1:8000 (SITE_PORT=… chooses another port)'
	@echo 'make demo          order, pay, write and download a document without hands; leaves it in var/demo/'
	@echo 'make test          run all tests (ARGS="tests/billing -k refund" for some of them)'
	@echo 'make quick         run the tests that need no browser, server, child or second'
	@echo 'make coverage      run all tests and hold how much of the code they run'
	@echo 'make chaos         20 documents while 100 kill -9 hit the site (DOCUMENTS, KILLS, PAGES, SEED, MINUTES choose)'
	@echo 'make bench         list what can be measured; FIGURE=wall takes one figure (see docs/benchmarks.md)'
	@echo 'make lint types contracts secrets    ruff, mypy, import contracts, a scan for secrets'
	@echo 'make requirements  pin requirements/*.in anew'
	@echo 'make clean         remove caches and the test servers; data in var/ stay'

ready:
	@$(PYTHON) bin/bootstrap

ready-for-tests:
	@$(PYTHON) bin/bootstrap --tests

run: ready
	@exec $(PY) manage.py up

demo: ready
	@exec $(PY) -m demo.run

test: ready-for-tests
	@exec $(PY) -m pytest $(or $(ARGS),--numprocesses=2 --dist=loadfile)

chaos: ready
	@exec $(PY) -m tests.faults.chaos

# What is compiled is kept, whatever the environment says: to compile all anew takes as long as half of the tests.
quick: ready-for-tests
	@exec env PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -m "not slow" --numprocesses=2 --dist=loadfile

coverage: ready-for-tests
	@$(PY) -m pytest --numprocesses=2 --dist=loadfile --cov --cov-report= --cov-report=json:var/coverage.json
	@.ci/coverage var/coverage.json

bench: ready
	@exec $(PY) -m benchmarks$(if $(FIGURE),.$(FIGURE))

lint: ready
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: ready
	@$(HERE) $(PY) -m mypy .

contracts: ready
	@.venv/bin/lint-imports

secrets: ready
	@git ls-files -z | xargs -0 .venv/bin/detect-secrets-hook $(SECRET_SCAN)

requirements: ready
	@$(PIP_COMPILE) --output-file=requirements/base.txt requirements/base.in
	@$(PIP_COMPILE) --output-file=requirements/dev.txt requirements/dev.in

clean:
	@if [ -d var/test ]; then $(PY) -m local.stack stop --home var/test; fi
	@rm -rf var/test .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
