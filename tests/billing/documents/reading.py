"""What a PDF says, read by poppler: tools nobody here wrote."""

import subprocess


def text_of(pdf: bytes) -> str:
    """All text, spaces collapsed, so that a sentence broken over lines reads as one."""
    return " ".join(read("pdftotext", "-layout", "-", "-", pdf=pdf).split())


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page as laid out."""
    return read("pdftotext", "-layout", "-", "-", pdf=pdf).removesuffix("\f").split("\f")


def fonts_of(pdf: bytes) -> list[dict[str, str]]:
    """Name, type, and whether each font is embedded and a subset."""
    rows = read("pdffonts", "-", pdf=pdf).splitlines()
    starts = [0, *(i for i, char in enumerate(rows[1]) if char == " ")]
    columns = [(a, b) for a, b in zip(starts, [*starts[1:], None], strict=True)]
    names = [rows[0][a:b].strip() for a, b in columns]
    return [
        dict(zip(names, (row[a:b].strip() for a, b in columns), strict=True)) for row in rows[2:]
    ]


def page_size(pdf: bytes) -> str:
    """ "A4", or width and height in points as poppler prints them."""
    info = read("pdfinfo", "-", pdf=pdf)
    return next(line for line in info.splitlines() if line.startswith("Page size:"))


def read(tool: str, *arguments: str, pdf: bytes) -> str:
    done = subprocess.run([tool, *arguments], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()
