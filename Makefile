# make run   the demo shop, nothing to install by hand      make test   the suite, on SQLite or DATABASE_URL
PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

export PORT

.PHONY: run test browser lint bench lock messages mo clean

.venv/run: requirements/run.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	$(PIP) -r requirements/run.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(PIP) -r requirements/dev.txt
	@touch $@

# Catalogues are compiled at set-up, by Babel: no Debian package is needed.
mo: .venv/run
	@for po in omnistore/locale/*/LC_MESSAGES/*.po; do test ! -e $$po || $(PY) -m babel.messages.frontend compile --use-fuzzy -i $$po -o $${po%.po}.mo >/dev/null 2>&1; done

run: .venv/run mo
	@OMNISTORE_ENV=demo $(PY) manage.py serve --port $(PORT)

test: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m pytest -m "not browser"

browser: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m pytest -m browser

lint: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	OMNISTORE_ENV=test .venv/bin/mypy .
	OMNISTORE_ENV=test .venv/bin/lint-imports
	OMNISTORE_ENV=test $(PY) manage.py makemigrations --check --dry-run

bench: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.bench

# Needs uv and the network; writes no index address.
lock:
	cd requirements && for name in run dev; do uv pip compile -q --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $$name.in -o $$name.txt; done

clean:
	rm -rf .venv var staticfiles bench.json
