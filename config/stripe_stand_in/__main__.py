"""`python -m config.stripe_stand_in --port 8420 --state FILE --webhook URL --secret whsec_…`"""

import argparse
import asyncio
import pickle
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from localstripe import resources
from localstripe.webhooks import register_webhook

from config.stripe_stand_in.behavior import behave
from config.stripe_stand_in.idempotency import KEPT, keep_answers

SAVED_EVERY_SECONDS = 2.0
SAVING = web.AppKey("saving", asyncio.Task)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--webhook", default="")
    parser.add_argument("--secret", default="")
    return parser.parse_args()


def load(state: Path) -> None:
    """What an earlier process kept; localstripe's own file in /tmp is never used."""
    resources.Store.dump_to_disk = lambda _store: None
    if state.exists():
        kept = pickle.loads(state.read_bytes())  # noqa: S301 - our own file, below VAR_DIR
        resources.store.update(kept["store"])
        KEPT.update(kept["answers"])


def save(state: Path) -> None:
    """Whole or not at all."""
    fresh = state.with_suffix(".new")
    fresh.write_bytes(pickle.dumps({"store": dict(resources.store), "answers": KEPT}))
    fresh.replace(state)


async def keep_saving(app: web.Application, state: Path) -> None:
    saved = -1
    while True:
        await asyncio.sleep(SAVED_EVERY_SECONDS)
        if len(resources.store) + len(KEPT) != saved:
            saved = len(resources.store) + len(KEPT)
            save(state)


def main() -> None:
    said = read_arguments()
    load(said.state)
    behave()
    from localstripe.server import app  # noqa: PLC0415

    from config.stripe_stand_in import checkout  # noqa: PLC0415 - after localstripe was taught

    app.middlewares.insert(0, keep_answers)
    app.middlewares.insert(0, checkout.serve_pages)
    app.router.add_post("/v1/checkout/sessions", checkout.create)
    if said.webhook:
        register_webhook("seatledger", said.webhook, said.secret, None)

    async def start_saving(_app: web.Application) -> None:
        app[SAVING] = asyncio.create_task(keep_saving(app, said.state))

    async def stop_saving(_app: web.Application) -> None:
        app[SAVING].cancel()
        with suppress(asyncio.CancelledError):
            await app[SAVING]
        save(said.state)

    app.on_startup.append(start_saving)
    app.on_cleanup.append(stop_saving)
    web.run_app(app, host="127.0.0.1", port=said.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
