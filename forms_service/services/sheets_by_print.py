"""Whose a form's page is when only its print is left: what stands written on it, and nothing else, says so.

A page without code or marks may lie behind anybody's form.  Its own registration number and names are
read once, when its stack is sorted; a clerk is proposed the dossier that has them, and told why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.form_spec import FormSpec
from forms_service.ocr.name_variants import Spelled, is_another_person
from forms_service.services.presenting import read_dossier
from forms_service.services.stack_parts import sheets_of
from forms_service.storage.models import DossierRow

NUMBER, NAME, PLACE = "number", "name", "place"
"""Why a dossier is proposed: the number written on the page, the names on it, or where the page lay."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of its person; empty where nothing could be read.

    Attributes:
        number_sure: Whether the number was read beyond doubt; else it may be a stranger's by one digit.
        name_sure: Whether every part of the name was.
    """

    number: str = ""
    latin: str = ""
    arabic: str = ""
    number_sure: bool = False
    name_sure: bool = False

    @property
    def name(self) -> str:
        """The name in the script it was read in, for a person to see."""
        return self.latin or self.arabic


NOTHING_SAID = Said()


def said_on(seen: Mapping[str, Any]) -> Said:
    """What was read on a sheet that only its print tells."""
    return Said(**seen.get("says", {}))


def name_fields(spec: FormSpec) -> list[str]:
    """The fields that name the applicant, without their twins in Arabic."""
    return spec.applicant_fields["name"].split(",")


def dossiers_named(
    session: Session, stack_id: str, spec: FormSpec, said: Said
) -> Iterator[tuple[DossierRow, str]]:
    """The dossiers of a form's version that a page's own words name, and by what.

    A number that somebody's dossier has decides, unless the names say otherwise; a doubtful number only
    together with a name that fits.  Else sure names do, among the dossiers of the stack, where they fit one
    person's only.  A stranger's papers are never proposed for one misread digit.
    """
    form = (DossierRow.form_id == spec.id, DossierRow.form_version == spec.version)
    if said.number:
        query = select(DossierRow).where(DossierRow.registration == said.number, *form)
        found = list(session.scalars(query.order_by(DossierRow.changed_at.desc())))
        for one in found:
            names = _names_fit(session, one, spec, said)
            if names or (names is None and said.number_sure):
                yield one, NUMBER
        if found:
            return
    if not said.name_sure:
        return
    ids = {one.dossier_id for one in sheets_of(session, stack_id) if one.dossier_id}
    near = session.scalars(select(DossierRow).where(DossierRow.id.in_(ids), *form))
    fitting = [one for one in near if _may_be(session, one, spec, said)]
    if len(fitting) == 1:
        yield fitting[0], NAME


def _may_be(session: Session, dossier: DossierRow, spec: FormSpec, said: Said) -> bool:
    """Whether the names on a page can be those of a dossier; another number says that they are not."""
    if said.number and dossier.registration and said.number != dossier.registration:
        return False
    return bool(_names_fit(session, dossier, spec, said))


def _names_fit(session: Session, dossier: DossierRow, spec: FormSpec, said: Said) -> bool | None:
    """Whether the names on a page can be those of a dossier; None where either has none."""
    answers = read_dossier(session, dossier, spec).dossier.answers()
    given = [
        Spelled(str(answers.get(one) or ""), str(answers.get(f"{one}.ar") or "")) for one in name_fields(spec)
    ]
    first, last = (*given, Spelled(), Spelled())[:2]
    read = Spelled(said.latin, said.arabic)
    if not read or not (first or last):
        return None
    return not is_another_person(read, first, last)
