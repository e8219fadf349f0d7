# Each target needs only python3 (3.11 or newer) and make; environments are made on first use in .guide/.
PYTHON ?= python3
FRAMEWORK ?= fastapi

.PHONY: demo test test-quick test-all lint clean

# Judge all four frameworks by one suite, then leave one serving: make demo FRAMEWORK=flask
demo:
	$(PYTHON) -m guide demo $(FRAMEWORK)

# All that has to hold: the guide's own tests, each app's own tests, the suite against all four.
test: lint
	$(PYTHON) -m guide.develop pytest
	$(PYTHON) -m guide test
	$(PYTHON) -m guide check
	$(PYTHON) -m guide check --database postgresql --group contract

# The guide's own tests alone.
test-quick: lint
	$(PYTHON) -m guide.develop pytest

# The whole suite and the apps' own tests on PostgreSQL too. The server comes from a wheel.
test-all: test
	$(PYTHON) -m guide test --database postgresql
	$(PYTHON) -m guide check --database postgresql

lint:
	$(PYTHON) -m guide.develop ruff check .
	$(PYTHON) -m guide.develop ruff format --check .
	$(PYTHON) -m guide.develop mypy

clean:
	rm -rf .guide
