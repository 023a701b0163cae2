"""Starts a campaign once Django knows the campaign's own servers, and tells how it ended."""

import argparse

from rich.console import Console

from config.celery import app
from config.flow import FLOW
from tests.chaos.campaign import Campaign, Report
from tests.chaos.processes import House


def start(asked: argparse.Namespace, house: House) -> int:
    console = Console()
    console.print(f"Chaos with SEED={asked.seed} N={asked.faults} below {house.var_dir}")
    campaign = Campaign(
        house=house,
        celery=app,
        stages=FLOW,
        seed=asked.seed,
        faults=asked.faults,
        seconds=asked.seconds,
        only=asked.only,
        is_short=asked.short,
        console=console,
    )
    report = campaign.go()
    console.print(summary(report), highlight=False)
    return 1 if report.findings or not report.done else 0


def summary(report: Report) -> str:
    kinds = "\n".join(f"{times:>6}  {name}" for name, times in sorted(report.faults.items()))
    found = "\n".join(f"  - {one}" for one in report.findings) or "  nothing"
    return (
        f"\n{report.done} faults ({report.missed} more came too late to meet anything):\n{kinds}\n"
        f"Found:\n{found}"
    )
