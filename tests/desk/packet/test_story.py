"""Each kind of thing that can happen to an account, as it is read aloud in English and in German."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from accounts.enums import AccessLevel, ExceptionKind
from billing.enums import EventKind, LineKind, PaymentMethodKind
from desk.calc import story_english, story_german
from desk.calc.story import (
    Amount,
    Clause,
    Coded,
    Days,
    Document,
    Seats,
    Share,
    Told,
    sentence,
)
from desk.documents.story_voice import story_voice
from desk.queries.packet.story_money import ALLOCATED, ATTEMPTED, MOVED, WRITTEN
from desk.queries.packet.story_seats import DONE_BY_SOMEBODY
from desk.queries.recovery_words import TEMPLATES
from dunning.enums import CloseReason
from tax.enums import TaxTreatment

AT = datetime(2026, 2, 4, 9, tzinfo=UTC)
ON = date(2026, 2, 4)
FEBRUARY = Days(date(2026, 2, 1), date(2026, 3, 1))
EUR_28 = Amount(2839, "EUR")
INVOICE = Document("SW-000042")
DRAFT = Document("")
NOTE = Document("CN-000007", is_credit_note=True)
TEN = Seats(10, "Member")
LINE = {"seats": TEN, "days": FEBRUARY, "amount": EUR_28, "document": INVOICE}


def in_both(kind: str, values=None, clauses=()) -> tuple[str, str]:
    told = Told(kind, AT, ON, values or {}, clauses)
    return tuple(
        sentence(told, story_voice(language=one, paper="A4")).replace("\xa0", " ")
        for one in ("en", "de")
    )


def test_an_added_seat_is_told_with_the_days_that_remained_and_what_it_cost():
    remained = Clause("remained", {"share": Share(Fraction(11), Fraction(31), "day")})
    charged = Clause("charged", {"amount": EUR_28, "document": INVOICE})

    assert in_both("seat_added_by", {"seats": Seats(10)}, (remained, charged)) == (
        "On 4 February 2026 your administrator added 10 seats; 11 of 31 days remained; "
        "€28.39 was charged on invoice SW-000042.",
        "Am 4. Februar 2026 fügte Ihr Administrator 10 Plätze hinzu; es blieben 11 von 31 Tagen; "
        "dafür wurden 28,39 € auf Rechnung SW-000042 berechnet.",
    )


SPOKEN = [
    (
        "before", {"changes": 31},
        "Before 4 February 2026, 31 earlier changes had been made to your seats.",
        "Vor dem 4. Februar 2026 gab es 31 frühere Änderungen an Ihren Plätzen.",
    ),
    (
        "subscription_started", {"seats": TEN},
        "On 4 February 2026 your subscription started with 10 Member seats.",
        "Am 4. Februar 2026 begann Ihr Abonnement mit 10 Plätzen (Member).",
    ),
    (
        "seat_added", {"seats": Seats(1)},
        "On 4 February 2026 1 seat was added.",
        "Am 4. Februar 2026 kam 1 Platz hinzu.",
    ),
    (
        "seat_removed", {"seats": TEN},
        "On 4 February 2026 10 Member seats were removed.",
        "Am 4. Februar 2026 fielen 10 Plätze (Member) weg.",
    ),
    (
        "seat_removed_by", {"seats": TEN},
        "On 4 February 2026 your administrator removed 10 Member seats.",
        "Am 4. Februar 2026 entfernte Ihr Administrator 10 Plätze (Member).",
    ),
    (
        "seat_suspended", {"seats": TEN},
        "On 4 February 2026 10 Member seats were suspended.",
        "Am 4. Februar 2026 wurden 10 Plätze (Member) stillgelegt.",
    ),
    (
        "seat_suspended_by", {"seats": TEN},
        "On 4 February 2026 your administrator suspended 10 Member seats.",
        "Am 4. Februar 2026 legte Ihr Administrator 10 Plätze (Member) still.",
    ),
    (
        "seat_reactivated", {"seats": Seats(1)},
        "On 4 February 2026 1 seat was active again.",
        "Am 4. Februar 2026 war 1 Platz wieder aktiv.",
    ),
    (
        "seat_reactivated_by", {"seats": TEN},
        "On 4 February 2026 your administrator reactivated 10 Member seats.",
        "Am 4. Februar 2026 aktivierte Ihr Administrator 10 Plätze (Member) wieder.",
    ),
    (
        "seat_moved", {"seats": Seats(1)},
        "On 4 February 2026 1 seat moved to another group; the number of seats stayed the same.",
        "Am 4. Februar 2026 wechselte 1 Platz die Gruppe; die Zahl der Plätze blieb gleich.",
    ),
    (
        "seat_moved_by", {"seats": TEN},
        "On 4 February 2026 your administrator moved 10 Member seats to another group; "
        "the number of seats stayed the same.",
        "Am 4. Februar 2026 verschob Ihr Administrator 10 Plätze (Member) in eine andere Gruppe; "
        "die Zahl der Plätze blieb gleich.",
    ),
    (
        "seat_reassigned", {"seats": Seats(1)},
        "On 4 February 2026 1 seat went to another person; the number of seats stayed the same.",
        "Am 4. Februar 2026 ging 1 Platz an eine andere Person; die Zahl der Plätze blieb gleich.",
    ),
    (
        "seat_reassigned_by", {"seats": Seats(1)},
        "On 4 February 2026 your administrator gave 1 seat to another person; "
        "the number of seats stayed the same.",
        "Am 4. Februar 2026 gab Ihr Administrator 1 Platz an eine andere Person; "
        "die Zahl der Plätze blieb gleich.",
    ),
    (
        "seat_invited", {"seats": Seats(1)},
        "On 4 February 2026 1 seat was offered by invitation.",
        "Am 4. Februar 2026 wurde 1 Platz per Einladung angeboten.",
    ),
    (
        "seat_invited_by", {"seats": TEN},
        "On 4 February 2026 your administrator offered 10 Member seats by invitation.",
        "Am 4. Februar 2026 bot Ihr Administrator 10 Plätze (Member) per Einladung an.",
    ),
    (
        "seat_accepted", {"seats": Seats(1)},
        "On 4 February 2026 an invitation to 1 seat was accepted.",
        "Am 4. Februar 2026 wurde eine Einladung für 1 Platz angenommen.",
    ),
    (
        "seat_used", {"seats": TEN},
        "On 4 February 2026 10 Member seats were used.",
        "Am 4. Februar 2026 wurden 10 Plätze (Member) genutzt.",
    ),
    (
        "seat_inactive", {"seats": Seats(1)},
        "On 4 February 2026 1 seat counted as inactive, because nobody had used it.",
        "Am 4. Februar 2026 galt 1 Platz als inaktiv, weil niemand ihn genutzt hatte.",
    ),
    (
        "quantity_set", {"seats": TEN},
        "On 4 February 2026 the number of seats was set to 10 Member seats.",
        "Am 4. Februar 2026 wurde die Zahl der Plätze festgelegt: 10 Plätze (Member).",
    ),
    (
        "quantity_set_by", {"seats": TEN},
        "On 4 February 2026 your administrator set the number of seats to 10 Member seats.",
        "Am 4. Februar 2026 legte Ihr Administrator die Zahl der Plätze fest: 10 Plätze (Member).",
    ),
    (
        "price_changed", {},
        "On 4 February 2026 another price began to hold.",
        "Ab dem 4. Februar 2026 galt ein anderer Preis.",
    ),
    (
        "plan_changed", {},
        "On 4 February 2026 your plan changed.",
        "Am 4. Februar 2026 wechselte Ihr Tarif.",
    ),
    (
        "plan_changed_by", {},
        "On 4 February 2026 your administrator changed the plan.",
        "Am 4. Februar 2026 wechselte Ihr Administrator den Tarif.",
    ),
    (
        "correction", {"seats": Seats(9, "Member")},
        "An earlier report was corrected: from 4 February 2026 on it counts as 9 Member seats.",
        "Eine frühere Meldung wurde berichtigt: Ab dem 4. Februar 2026 zählt sie als "
        "9 Plätze (Member).",
    ),
    (
        "correction_void", {},
        "An earlier report for 4 February 2026 was taken back as if it had never been made.",
        "Eine frühere Meldung für den 4. Februar 2026 wurde zurückgenommen, als wäre sie nie erfolgt.",
    ),
    (
        "recurring", LINE,
        "For 10 Member seats (1–28 Feb 2026), €28.39 was charged on invoice SW-000042.",
        "Für 10 Plätze (Member) im Zeitraum 1.–28. Feb. 2026 wurden 28,39 € "
        "auf Rechnung SW-000042 berechnet.",
    ),
    (
        "proration", LINE,
        "For 10 Member seats that came during the period, €28.39 was charged on "
        "invoice SW-000042 for 1–28 Feb 2026.",
        "Für 10 Plätze (Member), die im laufenden Zeitraum hinzukamen, wurden 28,39 € "
        "auf Rechnung SW-000042 für 1.–28. Feb. 2026 berechnet.",
    ),
    (
        "credit", {**LINE, "amount": Amount(-2839, "EUR")},
        "For time that was paid and not used (10 Member seats, 1–28 Feb 2026), €28.39 was given "
        "back on invoice SW-000042.",
        "Für bezahlte, nicht genutzte Zeit (10 Plätze (Member), 1.–28. Feb. 2026) wurden 28,39 € "
        "auf Rechnung SW-000042 gutgeschrieben.",
    ),
    (
        "true_up", LINE,
        "For 10 Member seats beyond those already charged (1–28 Feb 2026), €28.39 was charged on "
        "invoice SW-000042 afterwards.",
        "Für 10 Plätze (Member) über die bereits berechneten hinaus (1.–28. Feb. 2026) wurden "
        "nachträglich 28,39 € auf Rechnung SW-000042 berechnet.",
    ),
    (
        "minimum", LINE,
        "Because your agreement has a minimum, €28.39 was charged on invoice SW-000042 for "
        "10 Member seats (1–28 Feb 2026).",
        "Weil Ihr Vertrag eine Mindestmenge hat, wurden 28,39 € auf Rechnung SW-000042 für "
        "10 Plätze (Member) berechnet (1.–28. Feb. 2026).",
    ),
    (
        "usage", LINE,
        "For 10 Member seats by use (1–28 Feb 2026), €28.39 was charged on invoice SW-000042.",
        "Für 10 Plätze (Member) nach Nutzung (1.–28. Feb. 2026) wurden 28,39 € "
        "auf Rechnung SW-000042 berechnet.",
    ),
    (
        "discount", LINE,
        "A discount of €28.39 was taken off on invoice SW-000042 (1–28 Feb 2026).",
        "Ein Nachlass von 28,39 € wurde auf Rechnung SW-000042 abgezogen (1.–28. Feb. 2026).",
    ),
    (
        "adjustment_charge", LINE,
        "A correction for 1–28 Feb 2026 added €28.39 to invoice SW-000042.",
        "Eine Korrektur für 1.–28. Feb. 2026 fügte 28,39 € auf Rechnung SW-000042 hinzu.",
    ),
    (
        "adjustment_credit", LINE,
        "A correction for 1–28 Feb 2026 took €28.39 off invoice SW-000042.",
        "Eine Korrektur für 1.–28. Feb. 2026 zog 28,39 € auf Rechnung SW-000042 ab.",
    ),
    (
        "given_back", {**LINE, "document": NOTE},
        "Of what was charged for 1–28 Feb 2026, €28.39 was credited on credit note CN-000007.",
        "Von dem, was für 1.–28. Feb. 2026 berechnet war, wurden 28,39 € "
        "auf Rechnungskorrektur CN-000007 gutgeschrieben.",
    ),
    (
        "tax_charged",
        {"name": "VAT", "rate": "19", "base": Amount(10000, "EUR"), "amount": Amount(1900, "EUR"),
         "document": INVOICE},
        "VAT of 19 % on €100.00 came to €19.00 on invoice SW-000042.",
        "VAT von 19 % auf 100,00 € ergab 19,00 € auf Rechnung SW-000042.",
    ),
    (
        "tax_reversed", {"name": "VAT", "document": INVOICE},
        "No VAT was charged on invoice SW-000042: you account for it yourself (reverse charge).",
        "Auf Rechnung SW-000042 wurde keine VAT berechnet: Sie führen sie selbst ab "
        "(Reverse Charge).",
    ),
    (
        "tax_zero",
        {"name": "VAT", "document": INVOICE, "treatment": Coded("treatment", "outside_scope")},
        "No VAT was charged on invoice SW-000042: it is outside the scope of the tax.",
        "Auf Rechnung SW-000042 wurde keine VAT berechnet: Die Leistung ist nicht steuerbar.",
    ),
    (
        "tax_held", {},
        "From 4 February 2026 on the invoice waited because a tax detail was missing.",
        "Ab dem 4. Februar 2026 wartete die Rechnung, weil eine Angabe zur Steuer fehlte.",
    ),
    (
        "tax_released", {},
        "On 4 February 2026 that detail was there and the invoice went on.",
        "Am 4. Februar 2026 lag diese Angabe vor und es ging mit der Rechnung weiter.",
    ),
    (
        "invoice_issued", {"document": INVOICE, "amount": EUR_28},
        "On 4 February 2026 we issued invoice SW-000042 over €28.39.",
        "Am 4. Februar 2026 haben wir Rechnung SW-000042 über 28,39 € ausgestellt.",
    ),
    (
        "document_sent", {"document": INVOICE},
        "On 4 February 2026 we e-mailed you invoice SW-000042.",
        "Am 4. Februar 2026 haben wir Ihnen Rechnung SW-000042 per E-Mail gesandt.",
    ),
    (
        "document_queued", {"document": INVOICE},
        "The e-mail with invoice SW-000042 waits to be sent.",
        "Die E-Mail mit Rechnung SW-000042 wartet auf den Versand.",
    ),
    (
        "document_unknown", {"document": INVOICE},
        "On 4 February 2026 we e-mailed you invoice SW-000042, and cannot tell whether it arrived.",
        "Am 4. Februar 2026 haben wir Ihnen Rechnung SW-000042 gesandt und wissen nicht, ob es ankam.",
    ),
    (
        "document_failed", {"document": NOTE},
        "On 4 February 2026 the mail server refused our e-mail with credit note CN-000007.",
        "Am 4. Februar 2026 nahm der Mailserver unsere E-Mail mit Rechnungskorrektur CN-000007 nicht an.",
    ),
    (
        "credit_note_issued", {"document": NOTE, "amount": EUR_28},
        "On 4 February 2026 we issued credit note CN-000007 and gave back €28.39.",
        "Am 4. Februar 2026 haben wir Rechnungskorrektur CN-000007 ausgestellt und 28,39 € "
        "gutgeschrieben.",
    ),
    (
        "credit_note_for",
        {"document": NOTE, "credited": INVOICE, "amount": EUR_28, "reason": "Goodwill"},
        "On 4 February 2026 we issued credit note CN-000007 for invoice SW-000042 and gave back "
        "€28.39 (Goodwill).",
        "Am 4. Februar 2026 haben wir Rechnungskorrektur CN-000007 zu Rechnung SW-000042 "
        "ausgestellt und 28,39 € gutgeschrieben (Goodwill).",
    ),
    (
        "voided", {"document": INVOICE, "note": NOTE},
        "On 4 February 2026 we took invoice SW-000042 back as a whole with credit note CN-000007.",
        "Am 4. Februar 2026 haben wir Rechnung SW-000042 mit Rechnungskorrektur CN-000007 ganz "
        "zurückgenommen.",
    ),
    (
        "replaced", {"document": INVOICE, "replacement": DRAFT},
        "What invoice SW-000042 had billed was billed anew on an invoice that is still a draft.",
        "Was Rechnung SW-000042 berechnet hatte, steht neu auf einem Rechnungsentwurf.",
    ),
    (
        "corrected_later", {"document": INVOICE, "amount": EUR_28},
        "On 4 February 2026 invoice SW-000042 corrected an earlier charge by €28.39.",
        "Am 4. Februar 2026 berichtigte Rechnung SW-000042 eine frühere Berechnung um 28,39 €.",
    ),
    (
        "credit_applied", {"document": INVOICE, "amount": EUR_28},
        "Your credit covered €28.39 of invoice SW-000042.",
        "Ihr Guthaben deckte 28,39 € von Rechnung SW-000042.",
    ),
    (
        "paid", {"amount": EUR_28, "method": Coded("method", "bank_transfer")},
        "On 4 February 2026 we received €28.39 by bank transfer.",
        "Am 4. Februar 2026 ging Ihre Zahlung über 28,39 € per Überweisung ein.",
    ),
    (
        "settled", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 €28.39 of it settled invoice SW-000042.",
        "Am 4. Februar 2026 wurde sie mit 28,39 € auf Rechnung SW-000042 angerechnet.",
    ),
    (
        "settled_by_credit", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 €28.39 of your credit settled invoice SW-000042.",
        "Am 4. Februar 2026 beglich Ihr Guthaben 28,39 € von Rechnung SW-000042.",
    ),
    (
        "written_off", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 we gave up claiming €28.39 of invoice SW-000042.",
        "Am 4. Februar 2026 haben wir auf 28,39 € von Rechnung SW-000042 verzichtet.",
    ),
    (
        "taken_back", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 €28.39 no longer counted towards invoice SW-000042.",
        "Am 4. Februar 2026 wurden 28,39 € nicht länger auf Rechnung SW-000042 angerechnet.",
    ),
    (
        "kept_as_credit", {"amount": EUR_28},
        "On 4 February 2026 €28.39 was kept as credit for you.",
        "Am 4. Februar 2026 wurden 28,39 € als Guthaben für Sie behalten.",
    ),
    (
        "credit_used", {"amount": EUR_28},
        "On 4 February 2026 €28.39 of your credit was used.",
        "Am 4. Februar 2026 wurden 28,39 € Ihres Guthabens verwendet.",
    ),
    (
        "attempt_succeeded", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 we charged €28.39 for invoice SW-000042.",
        "Am 4. Februar 2026 haben wir 28,39 € zu Rechnung SW-000042 eingezogen.",
    ),
    (
        "attempt_failed",
        {"amount": EUR_28, "document": INVOICE, "decline": Coded("decline", "insufficient_funds")},
        "On 4 February 2026 a charge of €28.39 for invoice SW-000042 did not go through: "
        "there was not enough money in the account.",
        "Am 4. Februar 2026 scheiterte der Einzug von 28,39 € zu Rechnung SW-000042: "
        "Das Konto war nicht gedeckt.",
    ),
    (
        "attempt_canceled", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 a charge of €28.39 for invoice SW-000042 was canceled.",
        "Am 4. Februar 2026 wurde der Einzug von 28,39 € zu Rechnung SW-000042 abgebrochen.",
    ),
    (
        "attempt_needs_customer", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 your bank asked you to confirm a charge of €28.39 for "
        "invoice SW-000042.",
        "Am 4. Februar 2026 bat Ihre Bank Sie, den Einzug von 28,39 € zu Rechnung SW-000042 "
        "zu bestätigen.",
    ),
    (
        "attempt_open", {"amount": EUR_28, "document": INVOICE},
        "On 4 February 2026 we asked for €28.39 for invoice SW-000042; the answer is still open.",
        "Am 4. Februar 2026 haben wir 28,39 € zu Rechnung SW-000042 angefordert; "
        "die Antwort steht noch aus.",
    ),
    (
        "refund_requested", {"amount": EUR_28},
        "On 4 February 2026 a refund of €28.39 was asked for.",
        "Am 4. Februar 2026 wurde eine Erstattung von 28,39 € angefordert.",
    ),
    (
        "refund_succeeded", {"amount": EUR_28},
        "On 4 February 2026 €28.39 was refunded to you.",
        "Am 4. Februar 2026 wurden Ihnen 28,39 € erstattet.",
    ),
    (
        "refund_failed", {"amount": EUR_28},
        "On 4 February 2026 a refund of €28.39 did not go through and stayed as credit.",
        "Am 4. Februar 2026 scheiterte eine Erstattung von 28,39 €; der Betrag blieb Ihr Guthaben.",
    ),
    (
        "dispute_opened", {"amount": EUR_28},
        "On 4 February 2026 your bank questioned a payment of €28.39.",
        "Am 4. Februar 2026 stellte Ihre Bank eine Zahlung von 28,39 € in Frage.",
    ),
    (
        "dispute_won", {"amount": EUR_28},
        "On 4 February 2026 the bank's question about €28.39 was settled and the payment stands.",
        "Am 4. Februar 2026 war die Rückfrage der Bank zu 28,39 € geklärt; die Zahlung gilt.",
    ),
    (
        "dispute_lost", {"amount": EUR_28},
        "On 4 February 2026 the bank took €28.39 back.",
        "Am 4. Februar 2026 holte die Bank 28,39 € zurück.",
    ),
    (
        "withdrawn", {"amount": EUR_28},
        "On 4 February 2026 the bank withdrew €28.39.",
        "Am 4. Februar 2026 zog die Bank 28,39 € ab.",
    ),
    (
        "reinstated", {"amount": EUR_28},
        "On 4 February 2026 the bank gave back €28.39.",
        "Am 4. Februar 2026 gab die Bank 28,39 € zurück.",
    ),
    (
        "case_opened", {"amount": EUR_28},
        "On 4 February 2026 €28.39 was open and we began to remind you.",
        "Am 4. Februar 2026 waren 28,39 € offen und wir begannen, Sie zu erinnern.",
    ),
    (
        "case_closed", {"reason": Coded("closed", "paid")},
        "On 4 February 2026 the reminders ended: all was paid.",
        "Am 4. Februar 2026 endeten die Erinnerungen: Alles war bezahlt.",
    ),
    (
        "message_sent", {"template": Coded("template", "reminder")},
        "On 4 February 2026 we wrote to you: a reminder.",
        "Am 4. Februar 2026 haben wir Ihnen geschrieben: eine Erinnerung.",
    ),
    (
        "message_queued", {"template": Coded("template", "last_notice")},
        "A message waits to be sent: a last notice.",
        "Eine Nachricht wartet auf den Versand: ein letzter Hinweis.",
    ),
    (
        "message_unknown", {"template": Coded("template", "reminder")},
        "On 4 February 2026 we wrote to you, and cannot tell whether it arrived: a reminder.",
        "Am 4. Februar 2026 haben wir Ihnen geschrieben und wissen nicht, ob es ankam: "
        "eine Erinnerung.",
    ),
    (
        "message_canceled", {"template": Coded("template", "reminder")},
        "A message was not sent, because you had paid meanwhile: a reminder.",
        "Eine Nachricht wurde nicht versandt, weil Sie inzwischen bezahlt hatten: eine Erinnerung.",
    ),
    (
        "message_failed", {"template": Coded("template", "reminder")},
        "On 4 February 2026 the mail server refused our message: a reminder.",
        "Am 4. Februar 2026 nahm der Mailserver unsere Nachricht nicht an: eine Erinnerung.",
    ),
    (
        "promised", {"amount": EUR_28, "by_date": date(2026, 2, 10)},
        "On 4 February 2026 you said you would pay €28.39 by 10 February 2026.",
        "Am 4. Februar 2026 sagten Sie zu, 28,39 € bis zum 10. Februar 2026 zu zahlen.",
    ),
    (
        "paused", {"until": date(2026, 2, 10)},
        "From 4 February 2026 to 10 February 2026 the reminders paused.",
        "Vom 4. Februar 2026 bis zum 10. Februar 2026 ruhten die Erinnerungen.",
    ),
    (
        "access_advised", {"level": Coded("level", "suspend")},
        "On 4 February 2026 we advised the product: suspend access.",
        "Am 4. Februar 2026 rieten wir dem Produkt: den Zugang ruhen zu lassen.",
    ),
    (
        "exception_asked", {"exception": Coded("exception", "discount")},
        "On 4 February 2026 an exception was asked for: a discount.",
        "Am 4. Februar 2026 wurde eine Ausnahme beantragt: ein Nachlass.",
    ),
    (
        "exception_granted", {"exception": Coded("exception", "discount")},
        "On 4 February 2026 the exception was granted: a discount.",
        "Am 4. Februar 2026 wurde die Ausnahme gewährt: ein Nachlass.",
    ),
    (
        "exception_rejected", {"exception": Coded("exception", "discount")},
        "On 4 February 2026 the exception was not granted: a discount.",
        "Am 4. Februar 2026 wurde die Ausnahme nicht gewährt: ein Nachlass.",
    ),
    (
        "page_viewed", {},
        "On 4 February 2026 the page to pay was opened.",
        "Am 4. Februar 2026 wurde die Zahlungsseite geöffnet.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "values", "english", "german"), SPOKEN, ids=[s[0] for s in SPOKEN]
)
def test_what_happened_is_said_in_the_customers_language(kind, values, english, german):
    assert in_both(kind, values) == (english, german)


CLAUSES = [
    (
        Clause("credited", {"amount": EUR_28, "document": NOTE}),
        "€28.39 was given back on credit note CN-000007",
        "dafür wurden 28,39 € auf Rechnungskorrektur CN-000007 gutgeschrieben",
    ),
    (
        Clause("not_charged", {"document": INVOICE}),
        "nothing was charged for it on invoice SW-000042",
        "dafür wurde auf Rechnung SW-000042 nichts berechnet",
    ),
    (
        Clause("late", {"known": date(2026, 3, 2)}),
        "we learned of it on 2 March 2026",
        "wir erfuhren davon am 2. März 2026",
    ),
    (
        Clause("corrects", {"document": INVOICE}),
        "it corrects invoice SW-000042",
        "sie berichtigt Rechnung SW-000042",
    ),
    (Clause("corrected"), "this was corrected later", "das wurde später berichtigt"),
    (
        Clause("group_of", {"times": 3}),
        "this was reported in 3 parts",
        "das kam in 3 Meldungen",
    ),
    (
        Clause("remained", {"share": Share(Fraction(5, 2), Fraction(12), "month")}),
        "2 1/2 of 12 months remained",
        "es blieben 2 1/2 von 12 Monaten",
    ),
]


@pytest.mark.parametrize(("clause", "english", "german"), CLAUSES, ids=[c[0].kind for c in CLAUSES])
def test_a_clause_follows_a_semicolon(clause, english, german):
    assert in_both("seat_added", {"seats": TEN}, (clause,)) == (
        f"On 4 February 2026 10 Member seats were added; {english}.",
        f"Am 4. Februar 2026 kamen 10 Plätze (Member) hinzu; {german}.",
    )


def test_every_kind_has_its_sentence_in_both_languages_and_its_example_here():
    spoken = {kind for kind, *_ in SPOKEN} | {"seat_added_by"}

    assert set(story_english.SENTENCES) == set(story_german.SENTENCES) == spoken
    assert set(story_english.CLAUSES) == set(story_german.CLAUSES)
    assert {name: set(codes) for name, codes in story_english.VOCABULARIES.items()} == {
        name: set(codes) for name, codes in story_german.VOCABULARIES.items()
    }


def test_a_language_without_words_is_told_in_english():
    told = Told("plan_changed", AT, ON)

    assert sentence(told, story_voice(language="fr", paper="A4")) == (
        "On 4 February 2026 your plan changed."
    )


def test_a_code_without_words_of_its_own_is_told_in_general_words_or_spelled_out():
    declined = {"amount": EUR_28, "document": INVOICE, "decline": Coded("decline", "pickup_card")}

    assert in_both("attempt_failed", declined)[1].endswith(": Die Bank hat ihn abgelehnt.")
    assert in_both("message_sent", {"template": Coded("template", "new_kind")})[0].endswith(
        "we wrote to you: new kind."
    )


@pytest.mark.parametrize(
    ("vocabulary", "codes"),
    [
        ("method", PaymentMethodKind.values),
        ("treatment", set(TaxTreatment.values) - {TaxTreatment.REVERSE_CHARGE}),
        ("level", AccessLevel.values),
        ("closed", CloseReason.values),
        ("exception", set(ExceptionKind.values) - {"reopen_period", "authority_change"}),
        ("template", TEMPLATES),
    ],
)
def test_every_code_a_customer_may_hear_of_has_words(vocabulary, codes):
    assert set(codes) <= set(story_english.VOCABULARIES[vocabulary])


def test_every_kind_of_event_line_attempt_and_message_has_a_sentence():
    adjusted = {"adjustment_charge", "adjustment_credit"}
    lines = set(LineKind.values) - {LineKind.ADJUSTMENT} | adjusted
    kinds = {*EventKind.values, *lines, *ATTEMPTED.values(), *WRITTEN.values(), *MOVED.values()}
    kinds |= {f"{kind}_by" for kind in DONE_BY_SOMEBODY} | set(ALLOCATED.values())

    assert kinds <= set(story_english.SENTENCES)
