"""Reading the sheets of a stack that only their print tells: whose they are stands on them, or nowhere."""

from __future__ import annotations

from typing import Any

import structlog

from core.errors import UnknownForm
from core.extraction import Verdict
from core.form_spec import FormSpec
from core.placement import PageIdentity
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading_of_pages
from forms_service.services.presenting import FORM
from forms_service.services.sheets_by_print import name_fields
from forms_service.services.stack_intake import StackIntake
from forms_service.storage.models import StackSheetRow

log = structlog.get_logger(__name__)


class SheetsByPrint(StackIntake):
    """Reading the sheets that only their print tells."""

    def read_whose(self, row: StackSheetRow, leaf: str) -> dict[str, Any]:
        """The number and names on a sheet; nothing where its reading fails, for a person looks at it anyway."""
        printed = PageIdentity.decode(row.seen["by_print"])
        try:
            spec = self.catalogue.get(printed.form_id, printed.version) if printed else None
        except UnknownForm:
            spec = None
        if spec is None:
            return {}
        config = self.adapters.config
        folder, on = str(config.spec_folder.resolve()), self.today().isoformat()
        request = ReadingRequest("read", "leaf.png", folder, spec.id, spec.version, document_type=FORM, on=on)
        try:
            with run_reading_of_pages(
                request, self.objects.get(leaf), config.reading, config.scratch_folder
            ) as outcome:
                return _said(spec, outcome.result["extractions"])
        except ReadingFailed as failure:
            log.warning("reading a page known by its print failed", reason=failure.reason)
            return {}


def _said(spec: FormSpec, extractions: list[dict[str, Any]]) -> dict[str, Any]:
    read = {one["field_id"]: one for one in extractions if one["value"]}
    number, names = spec.applicant_fields["registration"], name_fields(spec)
    latin = [one for one in names if one in read]
    arabic = [f"{one}.ar" for one in names if f"{one}.ar" in read]
    said = {
        "number": str(read[number]["value"]) if number in read else "",
        "latin": " ".join(str(read[one]["value"]) for one in latin),
        "arabic": " ".join(str(read[one]["value"]) for one in arabic),
        "number_sure": number in read and _is_sure(read[number]),
        "name_sure": bool(latin or arabic) and all(_is_sure(read[one]) for one in (*latin, *arabic)),
    }
    return {name: value for name, value in said.items() if value}


def _is_sure(reading: dict[str, Any]) -> bool:
    return bool(reading["verdict"] == Verdict.ACCEPT)
