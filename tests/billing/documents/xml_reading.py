"""What an XML invoice says, read by lxml with the prefixes of both syntaxes."""

from lxml import etree

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def texts(xml: bytes, path: str) -> list[str]:
    """The text of every element or attribute an XPath finds, in the order of the document."""
    found = etree.fromstring(xml).xpath(path, namespaces=NAMESPACES)
    return [one if isinstance(one, str) else one.text for one in found]


def totals(xml: bytes) -> dict[str, str]:
    """The header's sums by the names CII gives them; the tax in a second currency by its code."""
    (sums,) = etree.fromstring(xml).xpath(
        "//ram:SpecifiedTradeSettlementHeaderMonetarySummation", namespaces=NAMESPACES
    )
    own = texts(xml, "//ram:InvoiceCurrencyCode")[0]
    return {
        etree.QName(one).localname
        + ("" if one.get("currencyID") in (None, own) else " " + one.get("currencyID")): one.text
        for one in sums
    }


def vat_groups(xml: bytes) -> list[tuple[str, str, str, str]]:
    """Category, rate, base and tax of each group of the breakdown."""
    groups = etree.fromstring(xml).xpath(
        "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", namespaces=NAMESPACES
    )
    names = ("CategoryCode", "RateApplicablePercent", "BasisAmount", "CalculatedAmount")
    return [
        tuple(group.findtext(f"ram:{name}", "", namespaces=NAMESPACES) for name in names)
        for group in groups
    ]
