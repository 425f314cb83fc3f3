# Names over the same few commands; README.md tells what to expect of each.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test browser export-test zim faults layout prove cases mutants equal planted spelling bench translations screenshots screens clean

run: .venv/run  ## serve Genu as in production
	@echo "Genu is at http://127.0.0.1:$(PORT)/  (stop: Ctrl+C)"
	@$(BIN)/granian --interface wsgi --factory --host 127.0.0.1 --port $(PORT) --workers 2 --blocking-threads 64 --no-ws --log-level warning webapp:create_app

test: .venv/dev node_modules/.done  ## every check
	@. ./tests/browsers.sh && \
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && \
	npx --no-install eslint static tests && \
	$(BIN)/python -m webapp.tools.catalogues --check && \
	$(BIN)/pytest -n 2 --dist loadfile

browser: .venv/dev node_modules/.done  ## the whole browser suite; make test takes its smoke
	@. ./tests/browsers.sh && GENU_BROWSER=all $(BIN)/pytest tests/browser -n 2 --dist loadfile

export-test: .venv/dev node_modules/.done  ## what must hold of a static copy too, behind a server of files
	@. ./tests/browsers.sh && GENU_UNDER_TEST=export $(BIN)/pytest tests/browser -n 2 --dist loadfile

zim: .venv/dev  ## a ZIM archive for Kiwix, into out/genu.zim
	@mkdir -p out && rm -f out/genu.zim && $(BIN)/flask --app webapp export-zim out/genu.zim

faults: .venv/dev node_modules/.done  ## the fault matrix in three engines, and lives at random; RUNS, SEED
	@ALL_ENGINES=1; . ./tests/browsers.sh && GENU_FAULTS=all GENU_BROWSER=all GENU_RUNS=$(or $(RUNS),20) GENU_SEED=$(or $(SEED),1) \
	$(BIN)/pytest tests/faults tests/browser -m "row or random" -n 2 --dist loadfile -q \
	--reruns 1 --only-rerun "Read timed out|about:blank"  # a driver that fell silent, not a page

layout: .venv/dev node_modules/.done  ## every page and screen fits and is set right, in every language and shape (long)
	@. ./tests/browsers.sh && GENU_BROWSER=all $(BIN)/pytest tests/browser/test_layout.py tests/browser/test_scripts.py -n 2

prove: .venv/dev  ## prove the rules over all answers
	@$(BIN)/python -m tests.proof.prove

cases: .venv/dev  ## all MC/DC pairs through the form too; GENU_WRITE=1 finds new ones where the rules changed
	@[ -z "$$GENU_WRITE" ] || { $(BIN)/python -m tests.proof.mcdc && $(BIN)/python -m tests.proof.cards; }
	@GENU_CASES=all $(BIN)/pytest tests/proof/test_mcdc.py -q

mutants: .venv/dev node_modules/.done  ## one thing wrong at a time in rules, gates and engines: who notices (long)
	@$(BIN)/python -m tests.proof.mutants
	@$(BIN)/python -m tests.proof.engine_mutants

equal: .venv/dev node_modules/.done  ## both engines over a million answer sets, and 500 results in a browser in every language; SETS, SEED, MINUTES (limit)
	@$(BIN)/python -m tests.triage.bulk --sets $(or $(SETS),1000000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),600)
	@. ./tests/browsers.sh && GENU_EQUAL=500 GENU_BROWSER=all $(BIN)/pytest tests/browser/test_equal.py -n 2 -q

spelling: .venv/dev  ## every word of the translations in a dictionary, where one is good (Debian's)
	@. ./tests/browsers.sh && need_apt hunspell-es hunspell-fr hunspell-ru && GENU_SPELLING=1 $(BIN)/pytest -q tests/test_spelling.py

planted: .venv/dev  ## errors planted into the translations, and how many are found
	@$(BIN)/python -m tests.planted

bench: .venv/dev node_modules/.done  ## figures of speed and size
	@. ./tests/browsers.sh && $(BIN)/python -m webapp.tools.bench

translations: .venv/dev  ## bring the catalogues up to the texts
	$(BIN)/python -m webapp.tools.catalogues

screenshots: .venv/dev  ## pictures for the manifest, from the real app
	@. ./tests/browsers.sh && $(BIN)/python -m webapp.tools.screenshots

screens: .venv/dev  ## every screen as a picture, into screenshots/  (LANGUAGES="en ar")
	@. ./tests/browsers.sh && $(BIN)/python -m tests.album $(LANGUAGES)

clean:
	rm -rf .venv node_modules

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.done: package-lock.json
	@command -v npm >/dev/null || { . ./tests/browsers.sh; }
	npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
