"""Lines as they stand on a sheet: together by plan and seat type, in the order of their positions."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from babel import Locale

from billing.documents import formats
from billing.documents.phrases import Phrases
from billing.documents.sheet import SheetGroup, SheetLine
from billing.documents.source import GroupShare
from billing.models import InvoiceLine


def build_groups(
    lines: Sequence[InvoiceLine],
    shares: Mapping[UUID, Sequence[GroupShare]],
    *,
    currency: str,
    words: Phrases,
    locale: Locale,
) -> tuple[SheetGroup, ...]:
    """Groups in the order in which their first lines come; amounts in `currency`."""
    members: dict[tuple[str, str], list[InvoiceLine]] = {}
    for line in lines:
        members.setdefault((line.plan_name, line.seat_type_name), []).append(line)
    return tuple(
        build_group(plan, seat_type, group, shares, currency=currency, words=words, locale=locale)
        for (plan, seat_type), group in members.items()
    )


def build_group(
    plan: str,
    seat_type: str,
    lines: Sequence[InvoiceLine],
    shares: Mapping[UUID, Sequence[GroupShare]],
    *,
    currency: str,
    words: Phrases,
    locale: Locale,
) -> SheetGroup:
    """A single line is its own total; more lines are added up below them."""
    total = ""
    if len(lines) > 1:
        minor = sum(line.amount_minor for line in lines)
        total = formats.amount(minor, currency=currency, locale=locale)
    return SheetGroup(
        title=seat_type,
        plan=plan,
        lines=tuple(
            build_line(
                line,
                share_words(shares.get(line.pk, ()), currency, words, locale),
                currency=currency,
                locale=locale,
            )
            for line in lines
        ),
        total_label=words.group_total.format(group=seat_type),
        total=total,
    )


def build_line(line: InvoiceLine, shares: str, *, currency: str, locale: Locale) -> SheetLine:
    return SheetLine(
        position=str(line.position),
        description=line.description,
        formula=formats.breakable_formula(line.formula),
        period=formats.period(line.span_first, line.span_after, locale=locale),
        quantity=formats.whole(line.quantity, locale=locale),
        unit_price=formats.amount(line.unit_price_minor, currency=currency, locale=locale),
        amount=formats.amount(line.amount_minor, currency=currency, locale=locale),
        shares=shares,
    )


def share_words(shares: Sequence[GroupShare], currency: str, words: Phrases, locale: Locale) -> str:
    """ "Sales, 4100: 120.00 · Support: 8.00"; nothing where all of the line is nobody's in particular."""
    if not any(one.group for one in shares):
        return ""
    return " · ".join(
        f"{', '.join(filter(None, [one.group or words.nobodys, one.cost_center]))}: "
        f"{formats.amount(one.amount_minor, currency=currency, locale=locale)}"
        for one in shares
    )
