"""Every fixed word on a printed evidence packet, in English and German."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.calc.story_phrases import story_language


@dataclass(frozen=True, slots=True)
class PacketWords:
    """The words of one language. Braces name what the sheet fills in."""

    title: str
    asked: str
    customer: str
    made_at: str
    time_zone: str
    documents: str
    persons: str
    named: str
    redacted: str
    chain: str
    fits: str
    broken: str
    story: str
    day: str
    happened: str
    document: str
    issued: str
    draft: str
    due: str
    total: str
    still_open: str
    lines_of: str
    line: str
    amount: str
    explained_by: str
    taxes: str
    decision: str
    base: str
    registration: str
    location: str
    events: str
    event: str
    true_since: str
    known_since: str
    reported: str
    ledger: str
    entry: str
    change: str
    after: str
    digest: str
    ledger_note: str
    versions: str
    version: str
    effective_from: str
    published: str
    price: str
    policy: str
    corrections: str
    corrects: str
    corrected_by: str
    reason: str
    money: str
    movement: str
    recovery: str
    message: str
    state: str
    approvals: str
    decided: str
    digests: str
    file: str
    absent: str
    not_here: Mapping[str, str]
    nothing: str
    left_out: str
    page: str
    of: str


ENGLISH = PacketWords(
    title="Evidence packet",
    asked="Asked for",
    customer="Customer",
    made_at="As known at",
    time_zone="Time zone",
    documents="Documents",
    persons="Persons",
    named="by name",
    redacted="redacted: under pseudonyms",
    chain="Ledger proof",
    fits="every hash was recomputed and matches",
    broken="A HASH DOES NOT MATCH",
    story="What happened",
    day="Day",
    happened="What happened",
    document="Document",
    issued="Issued",
    draft="Draft",
    due="Due",
    total="Total",
    still_open="Open",
    lines_of="Lines of {number}",
    line="Line",
    amount="Amount",
    explained_by="Price v{price}, policy v{policy}, ledger entries {entries}",
    taxes="Taxes",
    decision="Decision",
    base="On",
    registration="Registration",
    location="Where the customer was",
    events="What was reported",
    event="Event",
    true_since="True since",
    known_since="Known since",
    reported="Reported by",
    ledger="Ledger entries",
    entry="Entry",
    change="Change",
    after="Active",
    digest="SHA-256 of the entry and the one before",
    ledger_note="Entries {first} to {last} of the customer's chain, whose head is entry {head}. "
    "manage.py verify_packet recomputes them from the ZIP alone.",
    versions="Prices and policies",
    version="Version",
    effective_from="Holds from",
    published="Published",
    price="Price",
    policy="Policy",
    corrections="Corrections",
    corrects="corrects earlier",
    corrected_by="corrected later",
    reason="Reason",
    money="Payments",
    movement="Movement",
    recovery="Messages",
    message="Message",
    state="State",
    approvals="Approvals",
    decided="Decided",
    digests="Digests of the documents",
    file="File",
    absent="What is not here",
    not_here={
        "preview_not_stored": "Previews are calculated when somebody looks and are not stored: "
        "none was kept for these documents.",
        "no_visit_recorded": "No visit of the customer to the page to pay is on the trail.",
        "ledger_not_whole": "Between the entries named here are too many others for a packet. "
        "Each entry proves itself; that none is missing between them is proven by "
        "manage.py verify_ledger.",
    },
    nothing="None.",
    left_out="and {count} earlier documents, which have packets of their own",
    page="Page",
    of="of",
)
GERMAN = PacketWords(
    title="Belegmappe",
    asked="Gefragt nach",
    customer="Kunde",
    made_at="Stand",
    time_zone="Zeitzone",
    documents="Dokumente",
    persons="Personen",
    named="mit Namen",
    redacted="geschwärzt: unter Pseudonymen",
    chain="Nachweis des Journals",
    fits="jede Prüfsumme wurde nachgerechnet und stimmt",
    broken="EINE PRÜFSUMME STIMMT NICHT",
    story="Was geschah",
    day="Tag",
    happened="Was geschah",
    document="Dokument",
    issued="Ausgestellt",
    draft="Entwurf",
    due="Fällig",
    total="Gesamt",
    still_open="Offen",
    lines_of="Positionen von {number}",
    line="Position",
    amount="Betrag",
    explained_by="Preis v{price}, Regeln v{policy}, Journaleinträge {entries}",
    taxes="Steuern",
    decision="Entscheidung",
    base="Auf",
    registration="Registrierung",
    location="Wo der Kunde war",
    events="Was gemeldet wurde",
    event="Ereignis",
    true_since="Gilt seit",
    known_since="Bekannt seit",
    reported="Gemeldet von",
    ledger="Journaleinträge",
    entry="Eintrag",
    change="Änderung",
    after="Aktiv",
    digest="SHA-256 des Eintrags und des vorigen",
    ledger_note="Einträge {first} bis {last} der Kette des Kunden, deren Ende Eintrag {head} ist. "
    "manage.py verify_packet rechnet sie allein aus der ZIP-Datei nach.",
    versions="Preise und Regeln",
    version="Version",
    effective_from="Gilt ab",
    published="Veröffentlicht",
    price="Preis",
    policy="Regeln",
    corrections="Korrekturen",
    corrects="berichtigt Früheres",
    corrected_by="später berichtigt",
    reason="Grund",
    money="Zahlungen",
    movement="Bewegung",
    recovery="Nachrichten",
    message="Nachricht",
    state="Stand",
    approvals="Freigaben",
    decided="Entschieden",
    digests="Prüfsummen der Dokumente",
    file="Datei",
    absent="Was hier fehlt",
    not_here={
        "preview_not_stored": "Vorschauen werden beim Ansehen berechnet und nicht aufbewahrt: "
        "Zu diesen Dokumenten gibt es keine.",
        "no_visit_recorded": "Ein Besuch des Kunden auf der Zahlungsseite ist nicht verzeichnet.",
        "ledger_not_whole": "Zwischen den hier genannten Einträgen liegen zu viele andere für eine "
        "Mappe. Jeder Eintrag beweist sich selbst; dass dazwischen keiner fehlt, beweist "
        "manage.py verify_ledger.",
    },
    nothing="Keine.",
    left_out="und {count} frühere Dokumente mit eigenen Mappen",
    page="Seite",
    of="von",
)
BY_LANGUAGE = {"en": ENGLISH, "de": GERMAN}


def packet_words(language: str) -> PacketWords:
    """A language without words reads English."""
    return BY_LANGUAGE[story_language(language)]
