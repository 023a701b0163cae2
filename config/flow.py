"""The whole flow, joined from the apps' pipelines, and the page that shows it (docs/flow.md)."""

from itertools import pairwise

from billing.pipeline import STAGES as BILLING_STAGES
from config.environment import BASE_DIR
from dunning.pipeline import STAGES as DUNNING_STAGES
from kernel.stage import Stage

FLOW: tuple[Stage, ...] = (*BILLING_STAGES, *DUNNING_STAGES)

HEAD = """# The flow

Generated from `config/flow.py` by `make flow`; `make test` fails when this page is behind it.

State is the queue. A stage's work list is a query over PostgreSQL with its partial index; Celery only
lends hands. A crashed run resumes because its rows still match, and a stage happens once because a
unique constraint says so. Anyone can look at what waits: the desk's flow board shows these queries.

```mermaid
flowchart TD
    api([Product services]) -->|POST /api/v1/entitlement-events| receive
    receive[receive<br/>EntitlementEvent] -->|same transaction| ledger[ledger<br/>SeatLedgerEntry, hash-chained]
    ledger --> {first}
{arrows}
    render --> pdf([The customer's PDF])
    dun --> mail([The customer's mail, with a link to pay])
    preview([Preview]) -. the same calc, stopped before writing .-> {first}
    recheck([manage.py recheck]) -. the same calc, on the ledger as then known .-> {first}
```

| stage | waits as | writes | once only because | keys a chunk |
| --- | --- | --- | --- | --- |
| receive | - | `EntitlementEvent` | customer, source and source event id are unique | 1,000 |
| ledger | same transaction as receive | `SeatLedgerEntry` | event and seat type are unique | - |
"""


def flow_page(stages: tuple[Stage, ...] = FLOW) -> str:
    """docs/flow.md as Markdown with one Mermaid picture."""
    arrows = "\n".join(f"    {here.name} --> {there.name}" for here, there in pairwise(stages))
    rows = "".join(
        f"| {stage.name} | {stage.waits_as} | {stage.writes} | {stage.once_because} | {stage.chunk} |\n"
        for stage in stages
    )
    return HEAD.format(first=stages[0].name, arrows=arrows) + rows


def main() -> None:
    """Write docs/flow.md; Django must be set up because stages name their operations."""
    (BASE_DIR / "docs" / "flow.md").write_text(flow_page())
