"""Who somebody is, as far as the fund already knows: what is written beforehand on their blank.

Only what identifies and reaches a person: names, numbers, day of birth, address.  What they ask for,
declare or sign is theirs to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.dossier import Dossier
from core.field_kinds import Answer
from core.form_spec import FieldSpec, FormSpec
from core.scope import is_blank

IDENTIFYING_KINDS = frozenset(
    {
        "latin_name",
        "arabic_name",
        "registration_number",
        "affiliation_number",
        "identity_number",
        "address",
        "postal_code",
        "city",
        "country",
        "phone",
        "email",
    }
)
BIRTH = "birth"
"""Last part of the id of a day of birth: the only date that identifies."""


def identity_fields(spec: FormSpec) -> list[FieldSpec]:
    """The fields of a form that say who asks: those of the blocks where their name and number stand.

    Somebody else's block (the spouse, a guardian in the applicant's stead) is left alone.
    """
    naming = {*spec.applicant_fields["name"].split(","), spec.applicant_fields["registration"]}
    return [
        one
        for section in spec.sections
        if naming & {one.id for one in section.fields()}
        for one in section.fields()
        if one.printed and not one.office and _identifies(one)
    ]


def _identifies(one: FieldSpec) -> bool:
    return one.kind in IDENTIFYING_KINDS or (one.kind == "date" and one.id.rpartition(".")[2] == BIRTH)


def known_identity(spec: FormSpec, dossiers: Iterable[Dossier], registration: str = "") -> dict[str, Answer]:
    """The identity to write on a blank: of each field the first answer that a dossier gives.

    Args:
        dossiers: Of the same person, those that count most first; they may be of other forms.
        registration: The number of the account, which is always right for its holder.
    """
    wanted = {one.id: one for one in identity_fields(spec)}
    found: dict[str, Answer] = {}
    for dossier in dossiers:
        for field_id, value in dossier.answers().items():
            if field_id in wanted and not is_blank(value):
                found.setdefault(field_id, value)
    number_field = spec.applicant_fields["registration"]
    if registration and number_field in wanted:
        found.setdefault(number_field, registration)
    return _fitting(spec, found)


def _fitting(spec: FormSpec, values: Mapping[str, Answer]) -> dict[str, Answer]:
    """Without what has no room in its box: it was accepted for another form's box."""
    from forms_service.render.answer_misfits import misfits

    too_long = misfits(spec, dict(values))
    return {field_id: value for field_id, value in values.items() if field_id not in too_long}
