"""A sentence for each value of each policy setting, in the customer's languages. Words only."""

from collections.abc import Mapping

Sentences = Mapping[str, Mapping[str, str]]

ENGLISH: Sentences = {
    "quantity_basis": {
        "provisioned": "A seat is a person who has access.",
        "purchased": "A seat is a licence you bought, whether somebody uses it or not.",
        "active": "A seat is a person who uses the product.",
    },
    "activation": {
        "assigned": "It counts from the moment it is assigned.",
        "invite_sent": "It counts from the moment the invitation is sent.",
        "invite_accepted": "It counts from the moment the invitation is accepted.",
        "first_use": "It counts from its first use.",
    },
    "suspended_counts": {
        "True": "A suspended seat still counts.",
        "False": "A suspended seat does not count.",
    },
    "aggregation": {
        "time_weighted": "Seats are charged for the time they exist.",
        "ratchet": "Within a period the number charged only rises: a seat that becomes free may be "
        "filled again at no charge, and the next period starts from the seats there are.",
        "snapshot": "Charged is the number of seats at one moment: {snapshot}.",
        "peak": "Charged is the highest number of seats in the period, at the full price.",
        "distinct": "Charged is every person who held a seat in the period, once, at the full price.",
        "user_days": "Charged is every day of every seat, at the end of the period.",
        "whole_period_only": "Charged are only seats held for the whole period.",
    },
    "billing_timing": {
        "in_advance": "We invoice {every} at the start of the period, for the time ahead.",
        "in_arrears": "We invoice {every} at the end of the period, for the time that passed.",
    },
    "anchor": {
        "subscription": "Periods begin on the day your subscription began.",
        "calendar": "Periods follow the calendar; a part of a period at the start is charged in proportion.",
        "reset_on_change": "Adding seats or changing the plan starts a new period that day: unused time is "
        "credited and the new number is invoiced in full.",
    },
    "increase_proration": {
        "prorated": "A seat added within a period is charged for the time that is left.",
        "full": "A seat added within a period is charged for the whole period.",
        "none": "A seat added within a period is free until the period ends.",
        "next_subperiod": "A seat added within a period is charged from the next part of it on.",
    },
    "increase_invoicing": {
        "next_invoice": "It appears on the next regular invoice.",
        "immediate": "It is invoiced at once.",
        "batched": "Additions are collected for {batch} and invoiced together.",
        "true_up": "Additions are settled every {cadence}.",
        "threshold": "Additions are invoiced once they reach {threshold}, at the latest with the next "
        "regular invoice.",
    },
    "decrease_effective": {
        "immediate": "A seat you remove stops at once.",
        "period_end": "A seat you remove stays paid until the period ends; until then you may fill it again.",
    },
    "decrease_credit": {
        "prorated": "For the unused time you receive a credit, never more than was charged.",
        "none": "There is no credit for unused time.",
        "full": "You receive what was charged for it in this period back in full.",
    },
    "credit_application": {
        "next_invoice": "Credits are deducted from the next invoice.",
        "balance": "Credits are issued at once and kept as your balance.",
        "refund": "Credits are issued at once and paid back.",
    },
    "proration_unit": {
        "day": "Parts of a period are counted in days",
        "second": "Parts of a period are counted in seconds",
        "minute": "Parts of a period are counted in minutes",
        "working_day": "Parts of a period are counted in working days, Monday to Friday",
        "week": "Parts of a period are counted in weeks",
        "month": "Parts of a period are counted in months",
        "quarter": "Parts of a period are counted in quarters",
    },
    "day_count": {
        "actual": " of the actual period.",
        "fixed_30": ", with 30 days to every month.",
        "fixed_daily_price": ", at a daily price of the interval's price divided by {daily_days}.",
        "annualised_365": ", at the yearly price divided by 365.",
        "months_of_term": ", as months left of the months of the period.",
        "quarters_of_term": ", as quarters left of the quarters of the period.",
        "plan_interval": " of the plan's regular interval.",
    },
    "change_day": {
        "included": "The day of a change already counts.",
        "excluded": "A change counts from the following day.",
    },
    "partial_unit": {
        "exact": "",
        "up": "A part of a week, month or quarter counts as a whole one.",
        "down": "A part of a week, month or quarter does not count.",
        "skip_current": "The week, month or quarter of the change does not count.",
    },
    "line_style": {
        "net": "",
        "paired": "A change shows as two lines: unused time at the old number, remaining time at the new.",
    },
    "seat_limit": {
        "expand": "You may add seats at any time; they are charged as described.",
        "block": "Beyond the agreed number no seats can be added.",
        "overage": "Seats beyond the agreed number are allowed and charged as described.",
    },
    "rounding_mode": {
        "half_up": "half a {cent} is rounded up",
        "half_even": "half a {cent} is rounded to the even one",
        "down": "fractions of a {cent} are dropped",
    },
    "rounding_stage": {
        "line": "Every line is rounded once, at the end: ",
        "unit_rate": "The price of one unit of time is rounded first, then multiplied: ",
        "fraction": "The part of the period is rounded to four decimals first: ",
    },
    "numbers": {
        "inactivity_days": "After {n} days without use a seat stops counting.",
        "minimum_seats": "At least {n} seats are charged.",
        "increase_grace_days": "A new seat is free for {n} days.",
        "decrease_window_hours": "A seat removed within {n} hours of being added is not charged at all.",
        "downgrade_lock_days": "A removal takes effect {n} days after the latest addition at the earliest.",
    },
    "words": {
        "cent": "minor unit",
        "start": "at the start of the period",
        "end": "at the end of the period",
        "hour": "{n} hours",
        "day": "every day|every {n} days",
        "week": "every week|every {n} weeks",
        "month": "every month|every {n} months",
        "cadence_day": "day|{n} days",
        "cadence_week": "week|{n} weeks",
        "cadence_month": "month|{n} months",
        "example": "Example: {seats} at {price} from {start}; {added} more from {add_on}, {removed} fewer "
        "from {remove_on}. This period comes to {total}:",
    },
}
GERMAN: Sentences = {
    "quantity_basis": {
        "provisioned": "Ein Platz ist eine Person mit Zugang.",
        "purchased": "Ein Platz ist eine gekaufte Lizenz, ob sie genutzt wird oder nicht.",
        "active": "Ein Platz ist eine Person, die das Produkt nutzt.",
    },
    "activation": {
        "assigned": "Er zählt ab der Zuweisung.",
        "invite_sent": "Er zählt ab dem Versand der Einladung.",
        "invite_accepted": "Er zählt ab der Annahme der Einladung.",
        "first_use": "Er zählt ab der ersten Nutzung.",
    },
    "suspended_counts": {
        "True": "Ein gesperrter Platz zählt weiter.",
        "False": "Ein gesperrter Platz zählt nicht.",
    },
    "aggregation": {
        "time_weighted": "Plätze werden für die Zeit berechnet, in der es sie gibt.",
        "ratchet": "Innerhalb eines Zeitraums steigt die berechnete Zahl nur: Ein frei gewordener Platz darf "
        "ohne Kosten neu besetzt werden, und der nächste Zeitraum beginnt mit den vorhandenen Plätzen.",
        "snapshot": "Berechnet wird die Zahl der Plätze zu einem Zeitpunkt: {snapshot}.",
        "peak": "Berechnet wird die höchste Zahl der Plätze im Zeitraum, zum vollen Preis.",
        "distinct": "Berechnet wird jede Person, die im Zeitraum einen Platz hatte, einmal zum vollen Preis.",
        "user_days": "Berechnet wird jeder Tag jedes Platzes, am Ende des Zeitraums.",
        "whole_period_only": "Berechnet werden nur Plätze, die den ganzen Zeitraum bestanden.",
    },
    "billing_timing": {
        "in_advance": "Wir berechnen {every} zu Beginn des Zeitraums, für die Zeit voraus.",
        "in_arrears": "Wir berechnen {every} am Ende des Zeitraums, für die vergangene Zeit.",
    },
    "anchor": {
        "subscription": "Zeiträume beginnen an dem Tag, an dem Ihr Vertrag begann.",
        "calendar": "Zeiträume folgen dem Kalender; ein angebrochener Zeitraum am Anfang wird anteilig berechnet.",
        "reset_on_change": "Zusätzliche Plätze oder ein Planwechsel beginnen am selben Tag einen neuen Zeitraum: "
        "Nicht genutzte Zeit wird gutgeschrieben, die neue Zahl voll berechnet.",
    },
    "increase_proration": {
        "prorated": "Ein Platz, der im Zeitraum hinzukommt, wird für die restliche Zeit berechnet.",
        "full": "Ein Platz, der im Zeitraum hinzukommt, wird für den ganzen Zeitraum berechnet.",
        "none": "Ein Platz, der im Zeitraum hinzukommt, ist bis zu dessen Ende frei.",
        "next_subperiod": "Ein Platz, der im Zeitraum hinzukommt, wird ab dessen nächstem Abschnitt berechnet.",
    },
    "increase_invoicing": {
        "next_invoice": "Er steht auf der nächsten regulären Rechnung.",
        "immediate": "Er wird sofort berechnet.",
        "batched": "Zugänge werden {batch} gesammelt und zusammen berechnet.",
        "true_up": "Zugänge werden je {cadence} nachberechnet.",
        "threshold": "Zugänge werden berechnet, sobald sie {threshold} erreichen, spätestens mit der nächsten "
        "regulären Rechnung.",
    },
    "decrease_effective": {
        "immediate": "Ein entfernter Platz endet sofort.",
        "period_end": "Ein entfernter Platz bleibt bis zum Ende des Zeitraums bezahlt; bis dahin dürfen Sie ihn "
        "neu besetzen.",
    },
    "decrease_credit": {
        "prorated": "Für nicht genutzte Zeit erhalten Sie eine Gutschrift, nie mehr als berechnet wurde.",
        "none": "Für nicht genutzte Zeit gibt es keine Gutschrift.",
        "full": "Was für ihn in diesem Zeitraum berechnet wurde, erhalten Sie ganz zurück.",
    },
    "credit_application": {
        "next_invoice": "Gutschriften werden von der nächsten Rechnung abgezogen.",
        "balance": "Gutschriften werden sofort erstellt und als Guthaben geführt.",
        "refund": "Gutschriften werden sofort erstellt und ausgezahlt.",
    },
    "proration_unit": {
        "day": "Teile eines Zeitraums zählen in Tagen",
        "second": "Teile eines Zeitraums zählen in Sekunden",
        "minute": "Teile eines Zeitraums zählen in Minuten",
        "working_day": "Teile eines Zeitraums zählen in Arbeitstagen, Montag bis Freitag",
        "week": "Teile eines Zeitraums zählen in Wochen",
        "month": "Teile eines Zeitraums zählen in Monaten",
        "quarter": "Teile eines Zeitraums zählen in Quartalen",
    },
    "day_count": {
        "actual": " des tatsächlichen Zeitraums.",
        "fixed_30": ", jeder Monat mit 30 Tagen.",
        "fixed_daily_price": ", zum Tagespreis: dem Preis geteilt durch {daily_days}.",
        "annualised_365": ", zum Jahrespreis geteilt durch 365.",
        "months_of_term": ", als restliche Monate der Monate des Zeitraums.",
        "quarters_of_term": ", als restliche Quartale der Quartale des Zeitraums.",
        "plan_interval": " des regulären Zeitraums des Plans.",
    },
    "change_day": {
        "included": "Der Tag einer Änderung zählt schon mit.",
        "excluded": "Eine Änderung zählt ab dem folgenden Tag.",
    },
    "partial_unit": {
        "exact": "",
        "up": "Eine angebrochene Woche, ein Monat oder Quartal zählt ganz.",
        "down": "Eine angebrochene Woche, ein Monat oder Quartal zählt nicht.",
        "skip_current": "Die Woche, der Monat oder das Quartal der Änderung zählt nicht.",
    },
    "line_style": {
        "net": "",
        "paired": "Eine Änderung steht in zwei Zeilen: nicht genutzte Zeit zur alten Zahl, restliche zur neuen.",
    },
    "seat_limit": {
        "expand": "Sie können jederzeit Plätze hinzufügen; sie werden wie beschrieben berechnet.",
        "block": "Über die vereinbarte Zahl hinaus können keine Plätze hinzukommen.",
        "overage": "Plätze über die vereinbarte Zahl hinaus sind möglich und werden wie beschrieben berechnet.",
    },
    "rounding_mode": {
        "half_up": "eine halbe {cent} wird aufgerundet",
        "half_even": "eine halbe {cent} wird zur geraden gerundet",
        "down": "Bruchteile einer {cent} entfallen",
    },
    "rounding_stage": {
        "line": "Jede Zeile wird einmal am Ende gerundet: ",
        "unit_rate": "Zuerst wird der Preis einer Zeiteinheit gerundet, dann multipliziert: ",
        "fraction": "Zuerst wird der Anteil des Zeitraums auf vier Stellen gerundet: ",
    },
    "numbers": {
        "inactivity_days": "Nach {n} Tagen ohne Nutzung zählt ein Platz nicht mehr.",
        "minimum_seats": "Mindestens {n} Plätze werden berechnet.",
        "increase_grace_days": "Ein neuer Platz ist {n} Tage frei.",
        "decrease_window_hours": "Ein Platz, der binnen {n} Stunden wieder entfernt wird, kostet nichts.",
        "downgrade_lock_days": "Eine Entfernung wirkt frühestens {n} Tage nach dem letzten Zugang.",
    },
    "words": {
        "cent": "kleinste Einheit",
        "start": "zu Beginn des Zeitraums",
        "end": "am Ende des Zeitraums",
        "hour": "{n} Stunden",
        "day": "jeden Tag|alle {n} Tage",
        "week": "jede Woche|alle {n} Wochen",
        "month": "jeden Monat|alle {n} Monate",
        "cadence_day": "Tag|{n} Tage",
        "cadence_week": "Woche|{n} Wochen",
        "cadence_month": "Monat|{n} Monate",
        "example": "Beispiel: {seats} zu {price} ab {start}; {added} mehr ab {add_on}, {removed} weniger ab "
        "{remove_on}. Dieser Zeitraum ergibt {total}:",
    },
}
BY_LANGUAGE: Mapping[str, Sentences] = {"en": ENGLISH, "de": GERMAN}
