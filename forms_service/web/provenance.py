"""Where each answer of a dossier comes from: who gave it, when and how, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.correction_slip import answer_field
from core.dossier import FieldValue, fact_fields
from core.form_spec import FieldSpec
from core.localized_text import Language
from forms_service.services.four_eyes import Writer
from forms_service.services.views import DossierView, ExtractionView
from forms_service.web import screens
from forms_service.web.languages import language, translate
from forms_service.web.security import services, the_actor


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """One answer as a reviewer reads it; ``by`` and ``at`` are empty where nobody gave it by hand."""

    label: str
    said: str
    origin: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldSection:
    """The answers under one heading of the form."""

    title: str
    answers: tuple[ToldAnswer, ...]

    @property
    def count(self) -> int:
        """How many answers stand under it."""
        return len(self.answers)


def answers_by_section(view: DossierView) -> list[ToldSection]:
    """Every answer of the dossier in the order of the form, under the headings the form gives them."""
    names = services().writers(the_actor(), view.id)
    told = [
        ToldSection(
            section.heading.in_language(language()) if section.heading else translate("review.other_answers"),
            tuple(
                _told(field, view.dossier.values[field.id], names)
                for field in section.fields()
                if field.id in view.dossier.values
            ),
        )
        for section in view.spec.sections
    ]
    facts = ToldSection(
        translate("for_staff.facts_title"),
        tuple(
            _told(field, view.given[field.id], names)
            for field in fact_fields(view.spec)
            if field.id in view.given
        ),
    )
    return [one for one in (*told, facts, *_rows(view, names)) if one.answers]


def wrote(view: DossierView, one: ExtractionView) -> str:
    """Who gave the answer that differs from the paper, as a beginning of a line: its person, or by name."""
    given = view.dossier.values.get(one.field_id) or view.given.get(one.field_id)
    if given is None or given.by is None:
        return translate("review.wrote")
    writer = services().writers(the_actor(), view.id).get(given.by)
    if writer is None or writer.is_owner:
        return translate("review.wrote")
    return translate("review.colleague_wrote", name=writer.name)


def _told(field: FieldSpec, given: FieldValue, names: Mapping[str, Writer]) -> ToldAnswer:
    writer = names.get(given.by or "")
    return ToldAnswer(
        _label(field),
        screens.on_screen(field, given.value, _language_of(field)),
        given.origin.value,
        writer.name if writer else "",
        datetime.fromisoformat(given.at) if given.at else None,
    )


def _rows(view: DossierView, names: Mapping[str, Writer]) -> Iterator[ToldSection]:
    for group in view.spec.groups:
        for number, row in enumerate(view.dossier.groups.get(group.id, ()), start=1):
            places = (f"{group.id}.{number}.{name}" for name in row)
            found = [(answer_field(view.spec, place), view.given[place]) for place in places]
            yield ToldSection(
                view.row_label(group.id, number).in_language(language()),
                tuple(
                    _told(field, given, names)
                    for field, given in found
                    if field is not None and given.value not in (None, "")
                ),
            )


def _label(field: FieldSpec) -> str:
    """The field's name; of one asked in two scripts, the script with it."""
    label = field.label.in_language(language())
    return label if field.twin is None else f"{label} ({translate(f'question.in_{field.script.value}')})"


def _language_of(field: FieldSpec) -> Language:
    return Language.AR if field.kind == "arabic_name" else language()
