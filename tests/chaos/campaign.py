"""A campaign: faults picked by a seed, each followed by rest and judgement, all of it told."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from celery import Celery
from django.utils import timezone
from rich.console import Console

from accounts.models import ApiClient
from billing.operations.register_endpoint import register_endpoint
from kernel.stage import Stage
from tests.chaos.cards import charges_of, give_card, refunds_of
from tests.chaos.company import Company, ProductService, Promise, open_company
from tests.chaos.faults import DidNotHappen, Fault, FoundWrong, Ground, Pick, process_catalog
from tests.chaos.follower import Follower, read_from_the_beginning
from tests.chaos.hook_faults import hook_catalog
from tests.chaos.judges import judge
from tests.chaos.money_faults import money_catalog
from tests.chaos.processes import House
from tests.chaos.quiet import come_to_rest
from tests.chaos.scene import Findings, Scene
from tests.chaos.server_faults import server_catalog

JUDGE_ALL_EVERY = 25
LONG = 100
ENDPOINTS = {"all": [], "seats": ["seat_changed"]}  # by path: the kinds of changes it wants
SHORT = (  # the dearest first, for machines that do not get to the end
    "worker killed after Stripe charged",
    "run killed at finalize",
    "two runs at once",
    "run cut at a commit",
    "ten threads, one webhook",
    "web cut at a commit",
    "Stripe charged and answered too late",
    "worker cut at a commit",
    "Redis is killed",
    "PostgreSQL killed",
    "ten threads, one event",
    "run killed at render",
)


@dataclass(slots=True)
class Report:
    """What was done and what was found."""

    faults: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.faults.total()


@dataclass(slots=True)
class Campaign:
    """`faults` faults from `seed`; after `seconds` no further one begins (0: no limit)."""

    house: House
    celery: Celery
    stages: tuple[Stage, ...]
    seed: int
    faults: int
    seconds: float
    console: Console
    only: str = ""
    is_short: bool = False
    webhooks: set[str] = field(default_factory=set)
    follower: Follower | None = None
    report: Report = field(default_factory=Report)

    def go(self) -> Report:
        began = time.monotonic()
        ground = self.open()
        picks: list[Pick] = []
        while self.report.done < self.faults:
            if self.seconds and time.monotonic() - began > self.seconds:
                break
            picks = picks or self.picks(ground)
            pick = picks.pop()
            self.one(ground, pick.name, pick.fault)
        self.tell_findings("all of it", self.judged(ground.company.promises))
        return self.report

    def open(self) -> Ground:
        """The company opens, its first customers are invoiced undisturbed."""
        chance = random.Random(self.seed)
        service = ProductService(port=self.house.port, key=open_company())
        give = partial(give_card, self.house.stripe)
        company = Company(service=service, chance=chance, give_card=give)
        ground = Ground(self.house, company, chance, self.call_worker, self.webhooks)
        self.house.keep_up()
        self.house.start_stripe()
        self.house.await_web()
        self.listen(service)
        company.grow(2)
        wire = self.house.postgres["run"]
        if self.house.run_invoices().wait(120) != 0:
            raise RuntimeError(f"the first, undisturbed run failed; see {self.house.logs}/run.log")
        ground.run_messages = wire.messages
        if found := self.judged(company.promises):
            raise RuntimeError(f"wrong before any fault: {found}")
        return ground

    def listen(self, service: ProductService) -> None:
        """A product follows the feed, and where a messenger runs, its receivers are registered."""
        self.follower = Follower(service)
        self.follower.start()
        if "messenger" not in self.house.supervised:
            return
        listener = self.house.listener
        listener.chance = random.Random(self.seed)
        for path, kinds in ENDPOINTS.items():
            _, listener.secrets[path] = register_endpoint(
                client_id=ApiClient.objects.get().pk, url=listener.url(path), kinds=kinds,
                allow_private=True, at=timezone.now(),
            )  # fmt: skip

    def picks(self, ground: Ground) -> list[Pick]:
        """Every kind of fault as often as it weighs, in an order of the seed."""
        kinds = [
            *process_catalog(),
            *server_catalog(long=self.faults >= LONG),
            *money_catalog(),
            *(hook_catalog() if "messenger" in self.house.supervised else ()),
        ]
        if self.is_short:
            named = {pick.name: pick for pick in kinds}
            return [named[name] for name in reversed(SHORT)]
        picks = [pick for pick in kinds if self.only in pick.name for _ in range(pick.weight)]
        ground.chance.shuffle(picks)
        return picks

    def one(self, ground: Ground, name: str, fault: Fault) -> None:
        """One fault, the rest after it, and the judges on those it met."""
        began = time.monotonic()
        already = len(ground.company.promises)
        try:
            what = fault(ground)
        except DidNotHappen:
            self.report.missed += 1
            what = ""
        except FoundWrong as wrong:
            what = name
            self.tell_findings(name, [str(wrong)])
        every = what and self.report.done % JUDGE_ALL_EVERY == 0
        found = self.judged(ground.company.promises[0 if every else already :])
        if what:
            self.report.faults[name] += 1
            seconds = time.monotonic() - began
            line = f"{self.report.done:>4}  {what}  ({seconds:.0f} s)"
            self.console.print(line, highlight=False, soft_wrap=True)
        self.tell_findings(what or name, found)

    def judged(self, promises: Sequence[Promise]) -> Findings:
        """Rest, then the judges. What the product was still writing is no finding the second time."""
        found = self.rest()
        if not found and (found := judge(self.scene(promises))):
            found = self.rest() + judge(self.scene(promises))
        return found

    def rest(self) -> Findings:
        often = [
            entry["task"]
            for entry in self.celery.conf.beat_schedule.values()
            if isinstance(entry["schedule"], float)
        ]
        return come_to_rest(self.house, lambda: self.scene(()), self.call_worker, often)

    def scene(self, promises: Sequence[Promise]) -> Scene:
        return Scene(
            promises=promises,
            at=timezone.now(),
            files=self.house.var_dir / "files",
            stages=self.stages,
            charges=charges_of(self.house.stripe) if promises else None,
            refunds=refunds_of(self.house.stripe) if promises else (),
            webhooks=self.webhooks,
            mails=self.house.mail.accepted,
            heard=list(self.house.listener.heard) if self.house.listener.secrets else None,
            feeds=self.feeds() if promises else {},
        )

    def feeds(self) -> dict[str, list[int]]:
        """What those who read the feed have met, the one all the while, the other now."""
        if self.follower is None:
            return {}
        service = self.follower.service
        return {
            "the follower": self.follower.catch_up(),
            "a reader from the beginning": read_from_the_beginning(service),
        }

    def call_worker(self, task: str) -> None:
        """As beat does."""
        self.celery.send_task(task)

    def tell_findings(self, after: str, findings: Findings) -> None:
        for one in findings:
            if one in self.report.findings:
                continue  # it stays wrong: told once
            self.report.findings.append(one)
            self.console.print(f"      FOUND after {after}: {one}", highlight=False, soft_wrap=True)
