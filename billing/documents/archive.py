"""Where documents lie: written once under a name that carries their digest, read only when it fits."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import pikepdf
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from billing.documents.factur_x import FILE_NAME
from billing.models import InvoiceDocument
from kernel.refusal import Refusal


class DocumentMissing(Refusal):
    code = "document_missing"


class DocumentAltered(Refusal):
    """The file is not the one that was issued. It is never shown."""

    code = "document_altered"


class DocumentWithoutData(Refusal):
    """It was issued before invoices carried their data."""

    code = "document_without_data"


class DocumentNotStored(Refusal):
    code = "document_not_stored"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the default storage. `size` in bytes."""

    path: str
    sha256: str
    size: int


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def document_path(*, entity_code: str, year: int, number: str, sha256: str) -> str:
    """Billing entity, year of issue, number, and enough of the digest to tell two files apart."""
    folder, name = get_valid_filename(entity_code), get_valid_filename(number)
    return f"invoices/{folder}/{year}/{name}.{sha256[:12]}.pdf"


def store_file(content: bytes, *, entity_code: str, year: int, number: str) -> StoredFile:
    """
    Put a document into the storage, or find it there: the same bytes have the same path.

    A crash may leave a file without its row, or half a file. The next attempt takes the former
    as it is and replaces the latter, whose content is not what its name promises.

    :raises DocumentNotStored: if the storage cannot be written
    """
    found = digest(content)
    path = document_path(entity_code=entity_code, year=year, number=number, sha256=found)
    try:
        if default_storage.exists(path):
            if digest(read_file(path)) == found:
                return StoredFile(path=path, sha256=found, size=len(content))
            default_storage.delete(path)
        path = default_storage.save(path, ContentFile(content))
    except OSError as error:
        raise DocumentNotStored(
            f"The PDF of {number} could not be stored ({error}). Check the file storage, then retry."
        ) from error
    return StoredFile(path=path, sha256=found, size=len(content))


def read_file(path: str) -> bytes:
    with default_storage.open(path) as file:
        content: bytes = file.read()
    return content


def open_document(document: InvoiceDocument) -> bytes:
    """
    The PDF as issued, byte for byte.

    :raises DocumentMissing: if the file is gone
    :raises DocumentAltered: if its digest is not the one recorded when it was rendered
    """
    try:
        content = read_file(document.path)
    except FileNotFoundError:
        raise DocumentMissing(
            f"The file {document.path} is not in the storage. Restore it from the backup."
        ) from None
    if digest(content) != document.sha256:
        raise DocumentAltered(
            f"The file {document.path} is not the one that was issued: its digest differs. "
            "Restore it from the backup."
        )
    return content


def open_data(document: InvoiceDocument) -> bytes:
    """
    The XML inside the PDF as issued, byte for byte.

    :raises DocumentWithoutData: if it was issued without
    :raises DocumentMissing: if the file is gone
    :raises DocumentAltered: if a digest is not the one recorded when it was rendered
    """
    if not document.xml_sha256:
        raise DocumentWithoutData(
            f"{document.invoice.number} was issued before invoices carried their data. "
            "Its PDF is the invoice."
        )
    with pikepdf.open(BytesIO(open_document(document))) as pdf:
        xml: bytes = pdf.attachments[FILE_NAME].get_file().read_bytes()
    if digest(xml) != document.xml_sha256:
        raise DocumentAltered(
            f"The data in {document.path} is not what was issued: its digest differs. "
            "Restore the file from the backup."
        )
    return xml
