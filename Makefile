# make run     the demo shop on http://localhost:8000 (PORT=…), with nothing to install by hand
#              LAN=1: also for tablets in the same Wi-Fi, by https (docs/tablet.md)
# make test    the suite, on SQLite, or on DATABASE_URL and REDIS_URL when they are set
# make lint    format, types, import contracts, templates, missing migrations
PORT ?= 8000
# The first Python from 3.11 on.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
# One process per core, four at most, each with a database of its own. The tests of a file stay
# together and in order, and files in theirs: long ones do not come last.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
CATALOGUES := $(wildcard omnistore/locale/*/LC_MESSAGES/*.po)

export PORT

.DELETE_ON_ERROR:
.PHONY: run test histories replay browser lint bench chaos soak screens icons mo messages translated lock clean

run: .venv/run mo
	@OMNISTORE_ENV=demo $(PY) manage.py serve --port $(PORT) $(if $(filter-out 0,$(LAN)),--lan)

test: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m pytest $(PARALLEL) -m "not browser"

# Random histories of purchases, each through the real verbs, in shards on all cores.
HISTORIES ?= 100000
histories: .venv/dev mo
	HISTORIES=$(HISTORIES) COUNT_ALOUD=1 OMNISTORE_ENV=test \
		$(PY) -m pytest --nomigrations -n auto --dist load tests/orders/test_histories.py

# The cancelled lines of the real sales file, taken as returns of what was bought.
replay: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.replay

# Two browsers, each with a shop of its own: one waits while the other is drawn.
browser: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m pytest -n 2 --dist loadfile -m browser

lint: .venv/dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	OMNISTORE_ENV=test .venv/bin/mypy .
	OMNISTORE_ENV=test .venv/bin/lint-imports
	.venv/bin/djlint --quiet --lint templates
	OMNISTORE_ENV=test $(PY) manage.py makemigrations --check --dry-run

bench: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.bench

# Breaks everything that delivers while 20,000 events are recorded; needs PostgreSQL's and Redis'
# programs installed, and starts its own. Then the embedded default, which needs neither.
chaos: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.chaos
	OMNISTORE_ENV=test $(PY) -m tests.chaos --embedded --events 4000 --rate 80

# An hour of deliveries: does a worker keep its memory? MINUTES=10 for less.
MINUTES ?= 60
soak: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.soak --minutes $(MINUTES)

# Pictures of every screen of the demo shop, for docs/screens.
screens: .venv/dev mo
	OMNISTORE_ENV=test $(PY) -m tests.browser.screens

# The installed app's icons, from static/icons/mark.svg.
icons: .venv/dev
	OMNISTORE_ENV=test $(PY) -m tests.browser.icons

# --- set-up ---------------------------------------------------------------------------------------
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt | .venv/bin/python
	$(PIP) -r requirements/run.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/run | .venv/bin/python
	$(PIP) -r requirements/dev.txt
	@touch $@

# Catalogues are compiled here by Babel; only writing them needs the gettext tools.
mo: $(CATALOGUES:.po=.mo)

%.mo: %.po | .venv/run
	@.venv/bin/pybabel --quiet compile -i $< -o $@

# --- now and then ---------------------------------------------------------------------------------
# Needs gettext. Collects every sentence of code and templates into the catalogues.
messages: .venv/dev
	OMNISTORE_ENV=test $(PY) manage.py makemessages --locale fr --no-location --no-obsolete \
		--no-wrap --ignore .venv --ignore var --ignore tests --ignore staticfiles

# Needs gettext. Fails when a sentence is not translated.
translated: .venv/dev
	OMNISTORE_ENV=test $(PY) -m tests.translated

# Needs uv and the network; writes no index address.
lock:
	cd requirements && for name in run dev; do uv pip compile -q --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $$name.in -o $$name.txt; done

clean:
	rm -rf .venv var staticfiles bench.json
