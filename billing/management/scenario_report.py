"""What a scenario came to, for people: an invoice a table, each line with its formula and its events."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

KINDS = {"invoice": "Invoice", "credit_note": "Credit note"}


def print_report(console: Console, played: Mapping[str, Any], *, about: str) -> None:
    """The whole scenario in one panel: green where everything came out as expected."""
    parts: list[RenderableType] = [Text(about, style="italic")] if about else []
    parts += [invoice_table(one) for one in played["invoices"]]
    if not played["invoices"]:
        parts.append(Text("No invoice was issued."))
    parts.append(Text("Seats: " + (", ".join(seat_words(played["seats"])) or "none")))
    for one in played["refusals"]:
        parts.append(Text(f"Refused {one['event']} ({one['code']}): {one['message']}", "yellow"))
    for one in played["held"]:
        parts.append(Text(f"Held ({one['code']}): {one['message']}", "yellow"))
    parts += [Text(f"✗ {one}", "bold red") for one in played["differences"]]
    mark, style = ("✓", "green") if played["ok"] else ("✗", "red")
    console.print(
        Panel(Group(*parts), title=f"{mark} {played['id']}", title_align="left", border_style=style)
    )


def seat_words(seats: Mapping[str, int]) -> list[str]:
    return [f"{count} {seat_type}" for seat_type, count in seats.items()]


def invoice_table(invoice: Mapping[str, Any]) -> Table:
    table = Table(
        title=f"{KINDS[invoice['kind']]} {invoice['number']}, issued {invoice['issued_at']}, "
        f"due {invoice['due_date']}",
        title_justify="left",
        caption=totals(invoice),
        caption_justify="right",
        expand=True,
    )
    for name in ("Line", "From", "To", "Formula", "Events"):
        table.add_column(name, overflow="fold", no_wrap=name in ("From", "To"))
    table.add_column(invoice["currency"], justify="right", no_wrap=True)
    for line in invoice["lines"]:
        table.add_row(
            f"{line['description']} ({line['kind']})", line["from"], line["to"], line["formula"],
            " ".join(line["trace"]), line["amount"],
        )  # fmt: skip
    return table


def totals(invoice: Mapping[str, Any]) -> str:
    words = [
        f"subtotal {invoice['subtotal']}",
        *(tax_words(one) for one in invoice["taxes"]),
        f"tax {invoice['tax']}",
        f"total {invoice['total']}",
    ]
    if invoice["credit_applied"].strip("0."):
        words.append(f"credit applied {invoice['credit_applied']}")
    return ", ".join([*words, f"due {invoice['amount_due']}"])


def tax_words(tax: Mapping[str, Any]) -> str:
    return f"{tax['name']} {tax['rate_percent']} % ({tax['category_code']}) on {tax['base']}"


def print_summary(console: Console, *, good: int, bad: int, unusable: int) -> None:
    words = [f"{good} as expected"]
    words += [f"{bad} different"] if bad else []
    words += [f"{unusable} unusable"] if unusable else []
    console.print(f"{good + bad + unusable} scenarios: {', '.join(words)}.")
