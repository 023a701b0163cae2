# Two commands: `make run` and `make test`. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help run test lint serve stop clean lock flow trace api-docs client bench chaos venv system system-test

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: system venv ## set up, migrate, demo data, one invoice run, then serve (Ctrl-C stops)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --if-empty
	@$(BIN)/python manage.py run_invoices --no-render
	@$(BIN)/python -m config.serve

serve: venv ## web, worker and beat under one foreground command
	@$(BIN)/python -m config.serve

stop: ## stop the embedded PostgreSQL and Redis
	@$(BIN)/python -c "from config.embedded import stop_services; stop_services()"

test: system-test venv ## every check and test
	@$(BIN)/python -m tests.database & migrated=$$!; $(MAKE) --no-print-directory lint && wait $$migrated
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

lint: venv ## style, types, import contracts, migrations, deployment checks
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@$(BIN)/python -m config.check_deploy

flow: venv ## write docs/flow.md from config/flow.py
	@$(BIN)/python manage.py shell -v 0 -c "from config.flow import main; main()"

api-docs: venv ## write docs/api-errors.md from the OpenAPI document
	@$(BIN)/python manage.py shell -v 0 -c "from config.api_docs import main; main()"

client: venv ## the typed Python client, made from the OpenAPI document (clients/python)
	@mkdir -p var && $(BIN)/python manage.py spectacular --format openapi-json --file var/openapi.json
	@$(BIN)/openapi-python-client generate --path var/openapi.json --config clients/python/config.yaml --meta uv --output-path clients/python/seatledger-client --overwrite --fail-on-warning

trace: venv ## every use of a term in the order of the flow: make trace NAME=price_per_seat
	@$(BIN)/python -m config.trace $(NAME)

bench: venv ## measure against this machine's own limits
	@$(BIN)/python -m benchmarks.run

chaos: system venv ## break it on purpose and judge what is left: make chaos SEED=7 N=200
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(N),--faults $(N))

lock: ## pin the dependencies of pyproject.toml, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

venv: .venv/locked ## the virtual environment with exactly the locked dependencies

.venv/locked: requirements.lock
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "Python's venv is missing. Install it: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

system: ## libraries and fonts that PDFs need
	@sh config/system-packages.sh run

system-test: ## those, and what browser and PDF tests need
	@sh config/system-packages.sh test

clean: stop ## remove everything this checkout made
	rm -rf .venv var staticfiles
