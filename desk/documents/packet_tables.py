"""The sections of a printed packet as tables of text: every word and number, ready to print."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale

from billing.calc.formula_words import formula_words
from billing.documents import formats
from billing.documents.phrases import phrases_for, tax_name
from billing.documents.staff_text import moment
from billing.queries.tax_trace import TaxTrace
from desk.documents.packet_words import PacketWords
from desk.queries.packet.invoices import PacketInvoice, PacketLine
from desk.queries.packet.records import Packet

POSITIONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, with a smaller one below it. `style` is n (a number), code or empty."""

    text: str
    below: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A section. `widths` are percents of the page's width, one a column."""

    title: str
    note: str
    headings: tuple[Cell, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


class TableWriter:
    """Holds what every table needs: the packet, its words, its locale and its clock."""

    def __init__(self, packet: Packet, *, words: PacketWords, locale: Locale, zone: str) -> None:
        self.packet, self.words, self.locale, self.zone = packet, words, locale, zone

    def tables(self) -> tuple[SheetTable, ...]:
        """Sections that hold anything, in the order of the page."""
        made = (
            self.story(),
            self.documents(),
            *(self.lines(one) for one in self.packet.invoices),
            self.taxes(),
            self.location(),
            self.events(),
            self.ledger(),
            self.versions(),
            self.approvals(),
            self.corrections(),
            self.money(),
            self.messages(),
            self.digests(),
        )
        return tuple(one for one in made if one.rows)

    def moneyed(self, minor: int | None, currency: str) -> Cell:
        if minor is None:
            return number("")
        return number(formats.money(minor, currency=currency, locale=self.locale))

    def day(self, day: date | None) -> str:
        return formats.long_date(day, locale=self.locale) if day else ""

    def day_of(self, at: datetime | None) -> str:
        return self.day(at.astimezone(ZoneInfo(self.zone)).date()) if at else ""

    def moment(self, at: datetime) -> str:
        return moment(at, self.zone)

    def story(self) -> SheetTable:
        words = self.words
        return table(
            words.story, (words.day, words.happened), (20, 80),
            ((Cell(self.day(one.day)), Cell(one.sentence)) for one in self.packet.story),
        )  # fmt: skip

    def documents(self) -> SheetTable:
        words, left = self.words, self.packet.asked.left_out_invoices
        return table(
            words.documents,
            (words.document, words.issued, words.due, words.total, words.still_open),
            (28, 22, 22, 14, 14),
            (
                (
                    Cell(one.number or words.draft),
                    Cell(self.day_of(one.issued_at)),
                    Cell(self.day(one.due_date)),
                    self.moneyed(one.total_minor, one.currency),
                    self.moneyed(one.open_minor, one.currency),
                )
                for one in self.packet.invoices
            ),
            numbers=2,
            note=words.left_out.format(count=left) if left else "",
        )

    def lines(self, invoice: PacketInvoice) -> SheetTable:
        words = self.words
        return table(
            words.lines_of.format(number=invoice.number or words.draft),
            (words.line, "", words.amount), (6, 78, 16),
            (
                (
                    Cell(str(line.position)),
                    Cell(line.description, self.line_facts(line)),
                    self.moneyed(line.amount_minor, invoice.currency),
                )
                for line in invoice.lines
            ),
            numbers=1,
        )  # fmt: skip

    def line_facts(self, line: PacketLine) -> str:
        shown = ", ".join(str(one) for one in line.entries[:POSITIONS_SHOWN])
        more = len(line.entries) - POSITIONS_SHOWN
        facts = self.words.explained_by.format(
            price=line.price_version,
            policy=line.policy_version,
            entries=f"{shown} … ({len(line.entries)})" if more > 0 else shown,
        )
        return f"{formats.breakable_formula(self.formula(line))}. {facts}."

    def formula(self, line: PacketLine) -> str:
        """In the language of the packet where the arithmetic is kept as data, else as issued."""
        if "what" not in line.record:
            return line.formula
        return formula_words(line.record, self.packet.story_language)

    def taxes(self) -> SheetTable:
        words = self.words
        return table(
            words.taxes, (words.decision, words.base, words.amount), (64, 18, 18),
            (
                (
                    Cell(f"{self.tax_name(tax)} {tax.jurisdiction} {tax.rate_percent.normalize():f} %", tax_facts(tax.words, tax.rule, tax.registration)),
                    self.moneyed(tax.base_minor, invoice.currency),
                    self.moneyed(tax.amount_minor, invoice.currency),
                )
                for invoice in self.packet.invoices
                for tax in invoice.taxes
            ),
            numbers=2,
        )  # fmt: skip

    def tax_name(self, tax: TaxTrace) -> str:
        return tax_name(tax.name, tax.jurisdiction, phrases_for(self.packet.story_language))

    def location(self) -> SheetTable:
        words = self.words
        return table(
            words.location, ("", words.version, words.known_since), (60, 12, 28),
            (
                (
                    Cell(one.kind.replace("_", " "), place_words(one.country, one.region, one.postal_code, one.number, one.source)),
                    Cell(str(one.version)),
                    Cell(self.moment(one.recorded_at)),
                )
                for one in self.packet.location
            ),
        )  # fmt: skip

    def events(self) -> SheetTable:
        words = self.words
        return table(
            words.events,
            (words.event, words.true_since, words.known_since, words.reported), (28, 25, 25, 22),
            (
                (
                    Cell(one.kind.replace("_", " "), one.source_event_id),
                    Cell(self.moment(one.effective_at)),
                    Cell(self.moment(one.recorded_at)),
                    Cell(one.source, one.actor),
                )
                for one in self.packet.events
            ),
        )  # fmt: skip

    def ledger(self) -> SheetTable:
        words, ledger = self.words, self.packet.ledger
        note = ""
        if ledger.entries:
            note = words.ledger_note.format(
                first=ledger.entries[0].position,
                last=ledger.entries[-1].position,
                head=ledger.head_position,
            )
        return table(
            words.ledger, (words.entry, words.change, words.after, words.digest), (8, 26, 8, 58),
            (
                (
                    Cell(str(one.position)),
                    Cell(one.change, one.seat_type_name),
                    Cell(str(one.balance_after)),
                    Cell(one.digest, one.previous_digest, "code"),
                )
                for one in ledger.named
            ),
            note=note,
        )  # fmt: skip

    def versions(self) -> SheetTable:
        words = self.words
        prices = (
            (
                Cell(f"{words.price}: {one.plan}, {one.seat_type}", f"{one.currency}, {one.mode}, {one.interval}"),
                Cell(str(one.version)),
                Cell(self.day(one.effective_from)),
                Cell(self.moment(one.published_at), one.published_by),
            )
            for one in self.packet.prices
        )  # fmt: skip
        policies = (
            (
                Cell(f"{words.policy}: {one.plan}", settings_words(one.settings)),
                Cell(str(one.version)),
                Cell(self.day(one.effective_from)),
                Cell(self.moment(one.published_at), one.published_by),
            )
            for one in self.packet.policies
        )
        return table(
            words.versions, ("", words.version, words.effective_from, words.published),
            (44, 10, 20, 26), (*prices, *policies),
        )  # fmt: skip

    def approvals(self) -> SheetTable:
        words = self.words
        return table(
            words.approvals, (words.approvals, words.state, words.decided), (50, 16, 34),
            (
                (
                    Cell(f"{one.number}: {one.kind_words}", one.reason),
                    Cell(one.state.replace("_", " ")),
                    Cell(self.day_of(one.decided_at), ", ".join(f"{said.verdict} {said.by}" for said in one.decisions)),
                )
                for one in self.packet.approvals
            ),
        )  # fmt: skip

    def corrections(self) -> SheetTable:
        words = self.words
        notes = (
            (
                Cell(one.number, f"{one.invoice_number}: {one.reason}"),
                Cell(self.day_of(one.issued_at), one.by),
                self.moneyed(one.amount_minor, one.currency),
            )
            for one in self.packet.credit_notes
        )
        related = (
            (
                Cell(one.number or words.draft, words.corrects if one.relation == "earlier" else words.corrected_by),
                Cell(self.day_of(one.at)),
                self.moneyed(one.amount_minor, one.currency),
            )
            for one in self.packet.related
        )  # fmt: skip
        voids = (
            (
                Cell(f"{one.invoice_number} → {one.note_number}", one.reason),
                Cell(self.day_of(one.at), one.by),
                number(", ".join(number or words.draft for number in one.replacements)),
            )
            for one in self.packet.voids
        )
        return table(
            words.corrections, (words.document, words.day, words.amount), (56, 26, 18),
            (*notes, *voids, *related), numbers=1,
        )  # fmt: skip

    def money(self) -> SheetTable:
        words, money = self.words, self.packet.money
        rows = [
            *((one.recorded_at, f"{one.kind} {one.method}", one.gateway_id or one.reference, one.amount_minor, one.currency) for one in money.payments),
            *((one.recorded_at, f"{one.source} → {one.number}", one.reason, one.amount_minor, one.currency) for one in money.allocations),
            *((one.started_at, f"attempt {one.number} {one.state}", one.decline_code or one.gateway_id, one.amount_minor, one.currency) for one in money.attempts),
            *((one.requested_at, f"refund {one.state}", one.reason, one.amount_minor, one.currency) for one in money.refunds),
            *((one.opened_at, f"dispute {one.state}", one.gateway_id, one.amount_minor, one.currency) for one in money.disputes),
        ]  # fmt: skip
        return table(
            words.money, (words.movement, words.day, words.amount), (56, 26, 18),
            (
                (Cell(what.replace("_", " "), detail), Cell(self.moment(at)), self.moneyed(minor, currency))
                for at, what, detail, minor, currency in sorted(rows)
            ),
            numbers=1,
        )  # fmt: skip

    def messages(self) -> SheetTable:
        words = self.words
        return table(
            words.recovery, (words.message, words.state, words.day), (58, 16, 26),
            (
                (Cell(one.subject, ", ".join(one.to)), Cell(one.state), Cell(self.moment(one.sent_at or one.queued_at)))
                for one in self.packet.recovery.messages
            ),
        )  # fmt: skip

    def digests(self) -> SheetTable:
        words = self.words
        return table(
            words.digests, (words.file, "SHA-256"), (24, 76),
            (
                (Cell(f"{invoice.number}.{ending}"), Cell(sha256, style="code"))
                for invoice in self.packet.invoices
                if invoice.document
                for ending, sha256 in (("pdf", invoice.document.sha256), ("xml", invoice.document.xml_sha256))
                if sha256
            ),
        )  # fmt: skip


def table(
    title: str,
    headings: tuple[str, ...],
    widths: tuple[int, ...],
    rows: Iterable[tuple[Cell, ...]],
    *,
    numbers: int = 0,
    note: str = "",
) -> SheetTable:
    """The last `numbers` columns stand right."""
    text = len(headings) - numbers
    heads = tuple(
        Cell(one, style="n" if place >= text else "") for place, one in enumerate(headings)
    )
    return SheetTable(title, note, heads, widths, tuple(rows))


def number(text: str) -> Cell:
    return Cell(text, style="n")


def tax_facts(words: str, rule: str, registration: str) -> str:
    return " · ".join(one for one in (words, rule, registration) if one)


def place_words(*parts: str) -> str:
    return ", ".join(one for one in parts if one)


def settings_words(settings: Mapping[str, object]) -> str:
    return ", ".join(pairs(settings))


def pairs(settings: Mapping[str, object]) -> Iterator[str]:
    for name, value in sorted(settings.items()):
        yield f"{name.replace('_', ' ')}: {value}"
