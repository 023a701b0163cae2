"""The transactions of one CAMT.053 entry: who paid, from where, and what they wrote."""

from collections.abc import Iterator, Sequence
from datetime import date

from billing.calc.bank.camt_values import amount_in, is_money_in
from billing.calc.bank.file import (
    MOST_ACCOUNT,
    MOST_NAME,
    MOST_REFERENCE,
    NO_REFERENCE,
    Booking,
    clean,
)
from billing.calc.bank.xml_tree import Node

REVERSAL = "The bank marks it as a reversal of an earlier booking"
RETURNED = "The bank marks it as a returned payment"
REFERENCES = (
    "RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/CdtrRefInf/Ref",
    "RmtInf/Strd/AddtlRmtInf", "Refs/EndToEndId",
)  # fmt: skip
BANK_REFERENCES = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId")


def details_of(entry: Node, *, currency: str, minor: int, booked_on: date) -> Iterator[Booking]:
    """
    An entry as its transactions if their amounts come to its own, else as one booking.

    :param minor: signed, in minor units of the account's `currency`
    """
    details = list(entry.all("NtryDtls/TxDtls"))
    amounts = [detail_amount(one, currency, is_in=minor > 0) for one in details]
    told = [amount for amount in amounts if amount is not None]
    is_split = len(details) > 1 and len(told) == len(details) and sum(told) == minor
    if not is_split:
        yield booking(entry, details, currency=currency, minor=minor, booked_on=booked_on)
        return
    for part, (one, amount) in enumerate(zip(details, told, strict=True), start=1):
        yield booking(entry, [one], currency=currency, minor=amount, booked_on=booked_on, part=part)


def detail_amount(detail: Node, currency: str, *, is_in: bool) -> int | None:
    """Signed minor units of a transaction; None where it is not told in the account's currency."""
    nodes = (detail.first("Amt"), detail.first("AmtDtls/TxAmt/Amt"))
    for node in nodes:
        if node is not None and node.attributes.get("Ccy", currency) == currency:
            minor = amount_in(node, currency)
            came_in = is_money_in(detail) if detail.first("CdtDbtInd") else is_in
            return minor if came_in else -minor
    return None


def booking(
    entry: Node,
    details: Sequence[Node],
    *,
    currency: str,
    minor: int,
    booked_on: date,
    part: int = 0,
) -> Booking:
    side = "Dbtr" if minor > 0 else "Cdtr"
    return Booking(
        line=(details[0] if part else entry).line,
        booked_on=booked_on,
        currency=currency,
        amount_minor=minor,
        payer_name=clean(first_said(details, party_names(side)), MOST_NAME),
        payer_account=clean(
            first_said(details, party_accounts(side)).replace(" ", ""), MOST_ACCOUNT
        ),
        reference=clean(" ".join(what_was_written(entry, details)), MOST_REFERENCE),
        remark=remark(entry, details),
        bank_reference=own_reference(entry, details),
        part=part,
    )


def own_reference(entry: Node, details: Sequence[Node]) -> str:
    """What the bank calls it. NtryRef only counts within a file, so it names nothing."""
    own = entry.says("AcctSvcrRef")
    return own if own.upper() not in NO_REFERENCE else first_said(details, BANK_REFERENCES)


def party_names(side: str) -> tuple[str, ...]:
    """Where the other party's name is: below Pty since version 001.08."""
    return (
        f"RltdPties/{side}/Pty/Nm", f"RltdPties/{side}/Nm", f"RltdPties/Ultmt{side}/Pty/Nm",
        f"RltdPties/Ultmt{side}/Nm",
    )  # fmt: skip


def party_accounts(side: str) -> tuple[str, ...]:
    return (f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id")


def first_said(details: Sequence[Node], paths: tuple[str, ...]) -> str:
    return next((said for one in details if (said := one.says(*paths))), "")


def what_was_written(entry: Node, details: Sequence[Node]) -> Iterator[str]:
    """Every reference of the payer, each once; the bank's own text where there is none."""
    written = [
        node.text.strip() for one in details for path in REFERENCES for node in one.all(path)
    ]
    own = [text for text in dict.fromkeys(written) if text.upper() not in NO_REFERENCE]
    yield from own or [entry.says("AddtlNtryInf")]


def remark(entry: Node, details: Sequence[Node]) -> str:
    """Why it is no plain payment, in words; empty if it is one."""
    if returned := next((node for one in details if (node := one.first("RtrInf"))), None):
        code = returned.says("Rsn/Cd", "Rsn/Prtry", "RtrRsn/Cd")
        return clean(f"{RETURNED}{f' ({code})' if code else ''}", MOST_NAME)
    return REVERSAL if entry.says("RvslInd") in {"true", "1"} else ""
