"""In which step of its course a dossier stands, and what people call it."""

from __future__ import annotations

from core.flow import Flow
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.standard_flow import standard_flow
from forms_service.storage.models import DossierRow


def course_of(spec: FormSpec) -> Flow:
    """The course of a form: its own, or the standard one."""
    return spec.flow or standard_flow()


def step_of(row: DossierRow, spec: FormSpec) -> str:
    """The step a dossier stands in; the first of its stage where none was kept."""
    if spec.flow is None:
        return row.state
    if row.step in spec.flow.by_id:
        return str(row.step)
    return next((one.id for one in spec.flow.steps if one.stage == row.state), spec.flow.start)


def step_label(row: DossierRow, spec: FormSpec) -> LocalizedText:
    """What people call where a dossier stands."""
    return course_of(spec).step(step_of(row, spec)).label
