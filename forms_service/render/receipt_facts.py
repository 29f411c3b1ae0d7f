"""What travels in a receipt's file besides the sheet: its facts, and their signed code.

Archives of this kind (PDF/A-2) hold no files of another: the facts lie in the metadata, as
properties that are declared there.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from core.receipt import DepositReceipt
from forms_service.render.metadata import OWN_NAMESPACE, XmpProperty

FACTS, CODE = "receipt", "code"
"""Names of the properties."""

ATTACHED = "receipt.json"
"""The file that receipts carried their facts in before they were archival."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a receipt's file states.

    Attributes:
        facts: The facts as JSON.
        code: Text of the QR code; nothing on receipts that carried their facts as an attachment.
    """

    facts: bytes
    code: str = ""


def carried(receipt: DepositReceipt, code: str) -> tuple[XmpProperty, ...]:
    """The properties to write; the two characters that XML may not hold are spelled as JSON allows."""
    facts = receipt.canonical_json().decode().replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return (
        XmpProperty(FACTS, facts, "Facts of the receipt as JSON"),
        XmpProperty(CODE, code, "Signed text of the receipt's QR code"),
    )


def read_stated(pdf: bytes) -> Stated:
    """What a receipt states, from its metadata, or from its attachment as it once was.

    Raises:
        ValueError: The file is no receipt.
    """
    from xml.etree import ElementTree

    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(pdf))
    if ATTACHED in reader.attachments:
        (content,) = reader.attachments[ATTACHED]
        return Stated(content)
    packet = ElementTree.fromstring(reader.trailer["/Root"]["/Metadata"].get_data())  # noqa: S314
    facts, code = (packet.find(f".//{{{OWN_NAMESPACE}}}{one}") for one in (FACTS, CODE))
    if facts is None or code is None:
        raise ValueError("no facts of a receipt in this file")
    return Stated((facts.text or "").encode(), code.text or "")
