# Each target needs only python3 (3.11 or newer) and make, unless it says more; environments are
# made on first use in .guide/.
PYTHON ?= python3
FRAMEWORK ?= restive

.PHONY: demo judge test test-quick test-all test-browser bench bench-quick compare compare-quick
.PHONY: report lint clean

# The bookshop on http://127.0.0.1:8000, with a page that says what to try: make demo FRAMEWORK=flask
demo:
	$(PYTHON) -m guide serve $(FRAMEWORK)

# Judge all five frameworks by one suite, then leave one serving.
judge:
	$(PYTHON) -m guide demo $(FRAMEWORK)

# All that has to hold: the package's tests, the guide's, each app's own, the suite against all five.
test: test-quick
	$(PYTHON) -m guide test
	$(PYTHON) -m guide check
	$(PYTHON) -m guide check --database postgresql --group contract

# The tests of the package and of the guide alone.
test-quick: lint
	$(PYTHON) -m guide.develop pytest -q

# The whole suite and the apps' own tests on PostgreSQL too. The server comes from a wheel.
test-all: test
	$(PYTHON) -m guide test --database postgresql
	$(PYTHON) -m guide check --database postgresql

# The page in a browser. Needs Chromium (Debian: apt-get install chromium), and says so.
test-browser:
	$(PYTHON) -m guide.develop --browser pytest -q tests/browser

# What a request costs on Restive and its peers, 10 minutes. Linux; needs wrk and says so, and is
# better with nginx and valgrind (Debian: apt-get install wrk nginx-light valgrind).
bench:
	$(PYTHON) -m bench

bench-quick:
	$(PYTHON) -m bench --quick

# Measure all five, at most 25 minutes: guide/results/<date>.json, a report and a page. Linux.
compare:
	$(PYTHON) -m guide compare

# The same in three minutes, with fewer rounds and without the suite, into .guide/quick/.
compare-quick:
	$(PYTHON) -m guide compare --quick

# The report and the page of the newest results, into .guide/report/.
report:
	$(PYTHON) -m guide report

lint:
	$(PYTHON) -m guide.develop ruff check .
	$(PYTHON) -m guide.develop ruff format --check .
	$(PYTHON) -m guide.develop mypy
	PYTHONPATH=src $(PYTHON) -m guide.develop lint-imports

clean:
	rm -rf .guide
