# Everything runs in an environment of its own, made from nothing by the first target that needs it.
PYTHON ?= $(shell command -v python3.11 || command -v python3.10 || command -v python3)
# Another Red than the pinned one: its version, or the `oldest` or `newest` that info.json allows.
RED_VERSION ?=
OLDEST := $(shell sed -n 's/.*"min_bot_version": "\(.*\)".*/\1/p' info.json)
RED_WANTED := $(if $(filter oldest,$(RED_VERSION)),==$(OLDEST),$(if $(filter newest,$(RED_VERSION)),>=$(OLDEST),==$(RED_VERSION)))
BIN := .venv/bin
READY := .venv/ready$(addprefix -red-,$(RED_VERSION))
# One more than the cores of a small machine: now and then a test waits for a disk or a process.
WORKERS ?= 3
# What `make one` shows of the log.
LOG ?= INFO
# Each Red imports the cog anew, hence compiled files, whatever the environment says of them.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --quiet
# What runs under SimCord does so on Python 3.11 only: see requirements-dev.txt.
OLD_PYTHON := $(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 11))'
UNDER_SIMCORD = @if $(OLD_PYTHON); then echo "make $@: left out, it needs Python 3.11"; exit 0; fi;
RED := XDG_CONFIG_HOME=$(CURDIR)/.run/config XDG_DATA_HOME=$(CURDIR)/.run/share $(BIN)

.PHONY: help check test lint ruff spelling types unit one json postgres locales bench fuzz fuzz-minute demo run hooks clean

help:
	@echo "make check         the linters, the type checker and the unit tests, in a minute: before each commit"
	@echo "make one TEST=tests/integration/test_buy.py::test_sold_out"
	@echo "                   run one test, and show its log"
	@echo "make test          set up, then run the linters, the type checker, every test and fuzz-minute"
	@echo "make json          run every test, on Red's JSON backend"
	@echo "make postgres      run what is about keeping things on Red's PostgreSQL backend, too"
	@echo "make hooks         have git run the linters and the type checker before each commit"
	@echo "make locales       bring shoppex/locales up to date with the code"
	@echo "make bench         measure what the cog claims, into docs/performance.md"
	@echo "make fuzz          try for ten minutes to break it, into docs/reliability.md"
	@echo "make fuzz-minute   the same for one minute, only printed"
	@echo "make demo          sell a role and a key, with no Discord and no Shoppex account"
	@echo "make demo PAUSE=1  the same, but you pay by hand in a browser"
	@echo "make run           start a real Red with the cog on its path; needs RED_TOKEN"

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 10), (3, 11)))' \
		|| { echo "Python 3.11 or 3.10 is needed (Red 3.5 runs on nothing newer). Set PYTHON=/path/to/python3.11."; exit 1; }
	@test ! -L .venv || { echo ".venv is a link to an environment that is not this checkout's own: it is not cleared from here."; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@sed '$(if $(RED_VERSION),s/^\(Red-DiscordBot.*\)==.*/\1$(RED_WANTED)/)' requirements-dev.txt > .venv/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r .venv/requirements.txt
	@touch $(READY)

# Side by side: two cores have room for the rest while the unit tests wait for something.
check: $(READY)
	@$(MAKE) --no-print-directory --jobs 4 unit types ruff spelling

lint: ruff spelling types

ruff: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

spelling: $(READY)
	$(BIN)/codespell

types: $(READY)
	$(BIN)/mypy $(shell $(OLD_PYTHON) && echo shoppex tools)

unit: $(READY)
	$(PYTEST) tests/unit

one: $(READY)
	@test -n "$(TEST)" || { echo "Which? make one TEST=tests/integration/test_buy.py::test_sold_out"; exit 1; }
	$(BIN)/pytest --numprocesses 0 --capture no --log-cli-level $(LOG) $(TEST)

# Of each rule all the examples, and not the few that `make unit` draws.
json postgres: export SHOPPEX_TEST_EXAMPLES := full

json: $(READY)
	$(PYTEST)

postgres: $(READY)
	$(UNDER_SIMCORD) SHOPPEX_TEST_BACKEND=postgres $(PYTEST) -m both_backends tests/integration

test: lint json postgres fuzz-minute

hooks: $(READY)
	$(BIN)/pre-commit install

locales: $(READY)
	@$(BIN)/python tools/locales.py

bench: $(READY)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m bench

fuzz: $(READY)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m fuzz

fuzz-minute: $(READY)
	$(UNDER_SIMCORD) PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python -m fuzz --minutes 1

demo: $(READY)
	@PAUSE="$(PAUSE)" PYTHONPATH="$(CURDIR):$(CURDIR)/tests" $(BIN)/python demo/demo.py

run: $(READY)
	@test -n "$$RED_TOKEN" || { echo "Set RED_TOKEN to the token of your bot: RED_TOKEN=… make run"; exit 1; }
	@test -d .run/data || $(RED)/redbot-setup --no-prompt --instance-name shoppex --data-path "$(CURDIR)/.run/data" --backend json
	@echo "On its very first start Red loads no cogs: type !load shoppex once it is online."
	$(RED)/redbot shoppex --no-prompt --prefix '!' --cog-path "$(CURDIR)" --load-cogs shoppex

clean:
	rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .hypothesis
