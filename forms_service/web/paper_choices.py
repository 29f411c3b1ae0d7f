"""What a paper may be said to be: a short list by kind, with what is expected here first and nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.completeness import CompletenessReport
from core.document_types import DocumentTypes
from core.form_spec import FormSpec
from forms_service.web import security
from forms_service.web.languages import language, translate
from forms_service.web.presentation import FORM

KINDS = {
    "identity": ("identity_card", "residence_title", "cnss_card"),
    "family": (
        *("birth_extract", "marriage_act", "filiation_act", "adoption_act", "guardianship_act"),
        *("divorce_act", "adoul_certificate", "death_certificate"),
    ),
    "school": ("school_certificate", "apprenticeship_certificate"),
    "work": ("income_certificate", "miner_certificate", "activity_proof"),
    "bank": ("bank_attestation", "cheque_specimen"),
}
"""The headings of the list and the looks that stand under each; every other paper stands under ``other``."""
_ENDING = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One heading of the list with its papers, as (type, name)."""

    title: str
    papers: tuple[tuple[str, str], ...]


def paper_choices(
    spec: FormSpec | None = None,
    report: CompletenessReport | None = None,
    now: str | None = None,
) -> list[PaperKind]:
    """The papers to choose from, grouped; the form's own pages are no choice of this list.

    Args:
        spec: The form of the dossier, where that is known: only what it asks for is offered.
        report: Of the dossier, where that is known: what it still waits for stands first.
        now: What the paper is said to be at present; it stays in the list whatever it is.
    """
    catalogue = security.application().catalogue
    types, specs = catalogue.document_types(), [spec] if spec else list(catalogue.forms())
    offered = list(dict.fromkeys(_offered(types, specs)))
    if now and now in types.types and now not in offered and now != FORM:
        offered.append(now)
    names = _names(types, offered, specs)
    groups: dict[str, list[str]] = {}
    waited_for = {one for need in _open(report) for one in (need.type, *need.alternatives)}
    for one in offered:
        kind = "expected" if one in waited_for else _kind(types, one)
        groups.setdefault(kind, []).append(one)
    order = ("expected", *KINDS, "other")
    return [
        PaperKind(translate(f"papers_by_kind.{kind}"), tuple((one, names[one]) for one in groups[kind]))
        for kind in order
        if kind in groups
    ]


def _open(report: CompletenessReport | None) -> Iterable:
    return () if report is None else (one for one in report.required if not one.satisfied)


def _offered(types: DocumentTypes, specs: Iterable[FormSpec]) -> Iterator[str]:
    """Everything the forms ask for; where several kinds serve, each of them and not the name for all."""
    for spec in specs:
        for document in spec.documents:
            if document.type == FORM:
                continue
            served = {look for one in document.alternatives for look in types.types[one].reads_as}
            if not served >= set(types.types[document.type].reads_as):
                yield document.type
            yield from document.alternatives


def _names(types: DocumentTypes, offered: list[str], specs: list[FormSpec]) -> dict[str, str]:
    """The papers' names; what two forms call alike is told apart by the form's number."""
    names = {one: types.label_of(one).in_language(language()) for one in offered}
    alike = Counter(_ENDING.sub("", one) for one in names.values())
    forms = {document.type: spec.id for spec in specs for document in spec.documents}
    return {
        one: f"{name} – \u2066{forms[one]}\u2069"
        if alike[_ENDING.sub("", name)] > 1 and one in forms
        else name
        for one, name in names.items()
    }


def _kind(types: DocumentTypes, type_id: str) -> str:
    looks = types.types[type_id].reads_as
    return next((kind for kind, own in KINDS.items() if set(looks) & set(own)), "other")
