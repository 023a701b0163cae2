"""How one company's seats live: people join, leave, move and pause, and now and then the news is late."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from desk.demo.companies import Company, person

ACTORS = ("admin console", "directory sync", "support")
PERSONAL = 12  # teams up to this size report people by name
Event = dict[str, Any]


@dataclass(slots=True)
class Team:
    """The company's side of the story: what it believes it holds, and the events it sends."""

    company: Company
    held: dict[str, int]
    suspended: int = 0
    sent: int = 0
    added: list[tuple[date, Event]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    corrected: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, company: Company) -> "Team":
        main, *others = company.plan.seats
        held = {main.code: company.seats}
        held |= {seat.code: company.seats // 3 for seat in others}
        return cls(company, held)

    @property
    def main(self) -> str:
        return self.company.plan.seats[0].code

    @property
    def is_personal(self) -> bool:
        return self.held[self.main] <= PERSONAL

    def day(self, random: Random, today: date) -> list[Event]:
        """The events recorded on a day; most days there are none."""
        chance = 0.035 + min(self.held[self.main], 120) / 900
        if random.random() > chance:
            return []
        choices = (self.join, self.leave, self.move, self.pause, self.resume, self.correct)
        weights = (50, 26, 8, 6, 6, 5)
        tell = random.choices(choices, weights)[0]
        event = tell(random, today)
        if event is None:
            return []
        events = [event]
        if random.random() < 0.03:
            events.append(dict(event))  # delivered twice, as networks do
        return events

    def event(self, random: Random, today: date, kind: str, **details: Any) -> Event:
        self.sent += 1
        late = random.random() < 0.05
        day = today - timedelta(days=random.randrange(1, 24)) if late else today
        day = max(day, self.company.starts_on + timedelta(days=1))
        at = datetime.combine(day, time(random.randrange(7, 17), random.randrange(60)), tzinfo=UTC)
        return {
            "source": "product",
            "source_event_id": f"{self.company.key}-{self.sent:05d}",
            "kind": kind,
            "subscription": f"sub-{self.company.key}",
            "customer": self.company.key,
            "effective_at": at.isoformat(),
            "actor": random.choice((*ACTORS, self.company.owner_name)),
            **details,
        }

    def join(self, random: Random, today: date) -> Event:
        quantity = 1 if self.is_personal else random.choice((1, 1, 1, 2, 3, 5))
        self.held[self.main] += quantity
        details: Event = {"seat_type": self.main, "quantity": quantity}
        if self.is_personal:
            name = person(random)
            self.people.append(f"{self.company.key}:{name.lower().replace(' ', '.')}")
            details["grantee"] = self.people[-1]
        event = self.event(random, today, "seat_added", **details)
        self.added.append((today, event))
        return event

    def leave(self, random: Random, today: date) -> Event | None:
        quantity = 1 if self.is_personal else random.choice((1, 1, 2, 3))
        if self.held[self.main] - self.suspended <= quantity:
            return None
        self.held[self.main] -= quantity
        details: Event = {"seat_type": self.main, "quantity": quantity}
        if self.people and quantity == 1:
            details["grantee"] = self.people.pop(0)
        return self.event(random, today, "seat_removed", **details)

    def move(self, random: Random, today: date) -> Event | None:
        """Somebody becomes more, or less, than they were."""
        if len(self.held) < 2:
            return None
        source, target = random.sample(list(self.held), 2)
        if self.held[source] - self.suspended <= 1:
            return None
        self.held[source] -= 1
        self.held[target] += 1
        return self.event(
            random, today, "seat_moved", seat_type=source, to_seat_type=target, quantity=1
        )

    def pause(self, random: Random, today: date) -> Event | None:
        if self.held[self.main] - self.suspended <= 2:
            return None
        self.suspended += 1
        return self.event(random, today, "seat_suspended", seat_type=self.main, quantity=1)

    def resume(self, random: Random, today: date) -> Event | None:
        if not self.suspended:
            return None
        self.suspended -= 1
        return self.event(random, today, "seat_reactivated", seat_type=self.main, quantity=1)

    def correct(self, random: Random, today: date) -> Event | None:
        """An earlier addition was told wrongly: another day, or it never was."""
        recent = [
            event
            for day, event in self.added
            if day > today - timedelta(days=45) and event["source_event_id"] not in self.corrected
        ]
        if not recent:
            return None
        wrong = random.choice(recent)
        self.corrected.add(wrong["source_event_id"])
        was = datetime.fromisoformat(wrong["effective_at"])
        event = self.event(random, today, "correction", corrects=wrong["source_event_id"])
        del event["effective_at"]
        event["new_effective_at"] = (was + timedelta(days=random.randrange(1, 4))).isoformat()
        return event
