"""An answer that was read and waits for a person is not called empty."""

from __future__ import annotations

import pytest

from core.findings import Finding
from core.form_spec import Severity
from core.localized_text import LocalizedText
from forms_service.services.answers_to_confirm import with_read_answers
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.models import ExtractionRow

FIELD = "assured.registration"


@pytest.mark.parametrize(
    ("verdict", "decision", "raw", "code"),
    [
        ("review", None, "123456782", "answer_to_confirm"),
        ("review", "corrected", "123456782", "missing_answer"),
        ("review", None, " ", "missing_answer"),
        ("empty", None, "123456782", "missing_answer"),
    ],
)
def test_only_what_was_read_and_waits_is_to_be_confirmed(
    catalogue: SpecCatalogue, verdict: str, decision: str | None, raw: str, code: str
) -> None:
    missing = Finding("missing_answer", Severity.ERROR, FIELD, LocalizedText("فارغة", "vide"), "required")
    read = ExtractionRow(field_id=FIELD, raw=raw, verdict=verdict, decision=decision)
    spec = catalogue.get("311-1-14")
    (found,) = with_read_answers(spec, [missing], [read])
    assert (found.code, found.severity) == (code, Severity.ERROR)
    assert (raw in found.message.ar and "تنتظر التحقق" in found.message.ar) == (code != "missing_answer")
    assert ("à vérifier" in found.message.fr) == (code != "missing_answer")
