"""Tells pages of our own forms among attachments: they are read with the form, not as a paper."""

from __future__ import annotations

from collections.abc import Sequence

from core.document_types import DocumentTypes
from core.placement import PageIdentity
from forms_service.ocr.attachments.reader import AttachmentReading
from forms_service.ocr.attachments.recognition import UNKNOWN
from forms_service.ocr.attachments.warnings import AttachmentWarning, warn
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.page_images import PageImage


def form_pages_among(pages: Sequence[PageImage]) -> dict[int, PageIdentity]:
    """The pages of a file (from 1) that carry the code of one of our forms."""
    found = {page.page: find_identity(page.pixels) for page in pages}
    return {number: mark.identity for number, mark in found.items() if mark is not None}


def form_page_warnings(forms: dict[int, PageIdentity]) -> list[AttachmentWarning]:
    """For each of those pages which page of which form it is, and how it is read."""
    return [
        warn("form_page", page, number=page, form=one.form_id, form_page=one.page, form_pages=one.pages)
        for page, one in forms.items()
    ]


def reading_of_form(identity: PageIdentity, types: DocumentTypes) -> AttachmentReading:
    """What is said of a file that is nothing but pages of a form."""
    class_id = f"form_{identity.form_id.replace('-', '_')}"
    known = class_id if class_id in types.classes else UNKNOWN
    facts = {"reference": identity.reference} if identity.reference else {}
    return AttachmentReading(known, known, 1.0, facts, dict.fromkeys(facts, 1.0))
