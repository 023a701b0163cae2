"""Statement files as banks send them, written from a few facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from kernel.money import Money, exponent_of

IBAN = "DE02120300000000202051"
PAYER = "DE89370400440532013000"


@dataclass(frozen=True)
class Paid:
    """A transaction; the amount in major units without sign, as files write it."""

    amount: str
    reference: str = ""
    name: str = "Acme GmbH"
    account: str = PAYER
    bank_reference: str = ""
    is_in: bool = True
    day: str = "2026-02-20"
    status: str = "BOOK"
    extra: str = ""
    is_reversal: bool = False


@dataclass(frozen=True)
class Batch:
    """One entry of several transactions."""

    parts: Sequence[Paid]
    amount: str
    bank_reference: str = "BATCH-1"


def camt(
    *entries: Paid | Batch,
    version: str = "001.08",
    currency: str = "USD",
    account: str = IBAN,
    opening: str | None = None,
    closing: str | None = None,
) -> bytes:
    """A CAMT.053 file of one statement in the form of a version."""
    body = "\n".join(entry_xml(one, version, currency) for one in entries)
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">'
        f"{amount.lstrip('-')}</Amt><CdtDbtInd>{'DBIT' if amount.startswith('-') else 'CRDT'}"
        "</CdtDbtInd><Dt><Dt>2026-02-20</Dt></Dt></Bal>\n"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
        if amount is not None
    )
    return document(
        f"<Stmt><Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
        f"{balances}{body}\n</Stmt>",
        version,
    )


def document(inside: str, version: str = "001.08", head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.{version}">\n<BkToCstmrStmt>\n'
        f"{inside}\n</BkToCstmrStmt>\n</Document>\n"
    ).encode()


def entry_xml(entry: Paid | Batch, version: str, currency: str) -> str:
    parts = entry.parts if isinstance(entry, Batch) else [entry]
    first = parts[0]
    status = first.status if version < "001.04" else f"<Cd>{first.status}</Cd>"
    own = f"<AcctSvcrRef>{entry.bank_reference}</AcctSvcrRef>" if entry.bank_reference else ""
    reversal = "<RvslInd>true</RvslInd>" if first.is_reversal else ""
    details = "".join(detail_xml(one, version, currency) for one in parts)
    return (
        f'<Ntry><Amt Ccy="{currency}">{entry.amount}</Amt>'
        f"<CdtDbtInd>{'CRDT' if first.is_in else 'DBIT'}</CdtDbtInd>{reversal}"
        f"<Sts>{status}</Sts><BookgDt><Dt>{first.day}</Dt></BookgDt>{own}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def detail_xml(one: Paid, version: str, currency: str) -> str:
    amount = f'<Amt Ccy="{currency}">{one.amount}</Amt>'
    if version < "001.04":
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    side = "Dbtr" if one.is_in else "Cdtr"
    name = f"<Nm>{escape(one.name)}</Nm>"
    party = f"<{side}>{name if version < '001.08' else f'<Pty>{name}</Pty>'}</{side}>"
    written = "".join(
        f"<Ustrd>{escape(one.reference[at : at + 35])}</Ustrd>"
        for at in range(0, len(one.reference), 35)
    )
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount}"
        f"<RltdPties>{party}<{side}Acct><Id><IBAN>{one.account}</IBAN></Id></{side}Acct></RltdPties>"
        f"<RmtInf>{written}</RmtInf>{one.extra}</TxDtls>"
    )


def major(minor: int, currency: str) -> str:
    """Minor units as a file writes them."""
    assert exponent_of(currency) >= 0
    return str(Money(minor, currency))


def csv_text(*rows: Sequence[str], heading: str, delimiter: str = ";") -> str:
    """A CSV file; cells that hold the separator or quotes are quoted."""

    def cell(text: str) -> str:
        quoted = text.replace('"', '""')
        return f'"{quoted}"' if any(sign in text for sign in (delimiter, '"', "\n")) else text

    return "\n".join([heading, *(delimiter.join(map(cell, row)) for row in rows)]) + "\n"
