"""Read a statement file by what is in it, not by its name."""

from billing.calc.bank.camt053 import read_camt053
from billing.calc.bank.csv_file import CsvHints, read_csv
from billing.calc.bank.file import MOST_BYTES, BankFile, StatementUnreadable

BLANK = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def read_statement(content: bytes, hints: CsvHints) -> BankFile:
    """
    A CAMT.053 or CSV file; hints are used only for what a CSV file does not say.

    :raises StatementUnreadable: naming the line and what to do; nothing is read then
    """
    if not content.strip(BLANK):
        raise StatementUnreadable("The file is empty. Export the statement again.")
    if len(content) > MOST_BYTES:
        raise StatementUnreadable(
            f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Export fewer days."
        )
    if content.startswith(b"PK\x03\x04"):
        raise StatementUnreadable("This is a ZIP archive. Unpack it and import each file in it.")
    if content.lstrip(BLANK).startswith(b"<"):
        return read_camt053(content)
    return read_csv(content, hints)
