"""Reads the papers that people attach: what each one is, what it says, and whether it still holds."""

from __future__ import annotations

from forms_service.ocr.attachments.reader import AttachmentReading, read_attachment
from forms_service.ocr.attachments.warnings import AttachmentWarning

__all__ = ["AttachmentReading", "AttachmentWarning", "read_attachment"]
