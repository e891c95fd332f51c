# Everything runs in an environment of its own, made from nothing by the first target that needs it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
# One more than the cores of a small machine: now and then a test waits for a disk or a process.
WORKERS ?= 3
# Each Red imports the cog anew, hence compiled files, whatever the environment says of them.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --quiet
RED := XDG_CONFIG_HOME=$(CURDIR)/.run/config XDG_DATA_HOME=$(CURDIR)/.run/share $(BIN)

.PHONY: help test lint json postgres locales bench fuzz fuzz-minute demo run clean

help:
	@echo "make test          set up, then run the linters, the type checker, every test and fuzz-minute"
	@echo "make json          run every test, on Red's JSON backend"
	@echo "make postgres      run what is about keeping things on Red's PostgreSQL backend, too"
	@echo "make locales       bring shoppex/locales up to date with the code"
	@echo "make bench         measure what the cog claims, into docs/performance.md"
	@echo "make fuzz          try for ten minutes to break it, into docs/reliability.md"
	@echo "make fuzz-minute   the same for one minute, only printed"
	@echo "make demo          sell a role and a key, with no Discord and no Shoppex account"
	@echo "make demo PAUSE=1  the same, but you pay by hand in a browser"
	@echo "make run           start a real Red with the cog on its path; needs RED_TOKEN"

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Python 3.11 is needed (Red 3.5 runs on nothing newer). Set PYTHON=/path/to/python3.11."; exit 1; }
	@test ! -L .venv || { echo ".venv is a link to an environment that is not this checkout's own: it is not cleared from here."; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy

json: $(READY)
	$(PYTEST)

postgres: $(READY)
	SHOPPEX_TEST_BACKEND=postgres $(PYTEST) -m "not one_backend" tests/integration

test: lint json postgres fuzz-minute

locales: $(READY)
	@$(BIN)/python tools/locales.py

bench: $(READY)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m bench

fuzz: $(READY)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m fuzz

fuzz-minute: $(READY)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m fuzz --minutes 1

demo: $(READY)
	@PAUSE="$(PAUSE)" PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python demo/demo.py

run: $(READY)
	@test -n "$$RED_TOKEN" || { echo "Set RED_TOKEN to the token of your bot: RED_TOKEN=… make run"; exit 1; }
	@test -d .run/data || $(RED)/redbot-setup --no-prompt --instance-name shoppex --data-path "$(CURDIR)/.run/data" --backend json
	@echo "On its very first start Red loads no cogs: type !load shoppex once it is online."
	$(RED)/redbot shoppex --no-prompt --prefix '!' --cog-path "$(CURDIR)" --load-cogs shoppex

clean:
	rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .hypothesis
