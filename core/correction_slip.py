"""The correction slip: a page that asks again only what was rejected, and says itself what that is.

A slip is no form of its own.  Its page identity carries, as the variant, a mask of what it asks;
with the mask and the spec anybody lays the very same page out again, so that a slip is read without
asking a database.  ``C`` and the mask of the answers in hexadecimal, the first answer in the lowest
bit; then, where documents are asked, ``X`` and the mask of the demands.

What stands on a slip beside that (why, the answer held before, whose it is) is for the reader and is
never needed to read it back: it moves no box.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.errors import DossierError
from core.form_spec import Choice, FieldSpec, FormSpec, Group, RequiredDocument, Section
from core.localized_text import LocalizedText, Script

ROWS_ON_SLIP = 8
"""Rows of a group that a slip can ask about: the mask has to stay short enough for a QR code."""

SLIP_SIGNATURE = "slip.sign"
SLIP_DATE = "slip.date"
"""What every slip asks beside the answers; they belong to the slip, not to the dossier."""

SLIP_TITLE = LocalizedText(ar="قسيمة التصحيح", fr="Bulletin de correction")

_CODE = re.compile(r"C([0-9A-F]+)(?:X([0-9A-F]+))?")


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What a slip asks.

    Attributes:
        fields: Field ids in the order of the form, rows as ``children.2.birth``; twins together.
        documents: Ids of the demands in the order of the form.
    """

    fields: tuple[str, ...]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlipRequest:
    """A request for a correction, as far as paper can carry it.

    Attributes:
        left_out: What was asked for but has no place on a slip: facts, whole groups, later rows.
    """

    asked: AskedAgain
    left_out: tuple[str, ...] = ()


def is_slip(variant: str) -> bool:
    """Whether a page identity's variant is that of a correction slip."""
    return variant.startswith("C")


def slip_fields(spec: FormSpec) -> tuple[FieldSpec, ...]:
    """Every answer a slip can ask for, in the order of its mask: that of the paper, then rows of groups.

    Answers that are asked on screen only are among them: on a slip they get a place on paper.
    """
    plain = tuple(one for one in spec.fields() if not one.office)
    rows = (one for group in spec.groups for row in _rows(group) for one in _row_fields(group, row))
    return (*plain, *rows)


def requested(spec: FormSpec, fields: Iterable[str], documents: Iterable[str] = ()) -> SlipRequest:
    """Sort a reviewer's request into what a slip asks and what it cannot.

    Args:
        documents: Demands by id, those of one row as ``birth.2``.
    """
    wanted, demands = list(fields), list(documents)
    known = {one.id: one for one in slip_fields(spec)}
    twins = {known[name].twin for name in wanted if name in known}
    chosen = {name for name in (*wanted, *twins) if name in known}
    declared = {demand_of(spec, name) for name in demands}
    asked = AskedAgain(
        tuple(name for name in known if name in chosen),
        tuple(one.id for one in spec.documents if one in declared),
    )
    missed = [name for name in wanted if name not in known]
    missed += [name for name in demands if demand_of(spec, name) is None]
    return SlipRequest(asked, tuple(missed))


def demand_of(spec: FormSpec, subject: str) -> RequiredDocument | None:
    """The demand a request names, by its id or by that of one of its rows (``birth.2``)."""
    for one in spec.documents:
        row = subject.removeprefix(f"{one.id}.")
        if subject == one.id or (row != subject and row.isascii() and row.isdigit()):
            return one
    return None


def row_of(spec: FormSpec, subject: str) -> int | None:
    """The row of its group that a request's document is for; None when it is for no row."""
    demand = demand_of(spec, subject)
    if demand is None or subject == demand.id:
        return None
    return int(subject.removeprefix(f"{demand.id}."))


def slip_code(spec: FormSpec, asked: AskedAgain) -> str:
    """What the page identity says of the slip: ``C2010``, with documents ``C2010X3``."""
    fields = _mask((one.id for one in slip_fields(spec)), asked.fields)
    documents = _mask((one.id for one in spec.documents), asked.documents)
    return f"C{fields:X}X{documents:X}" if documents else f"C{fields:X}"


def asked_by(spec: FormSpec, code: str) -> AskedAgain | None:
    """What the slip of that code asks; None when it is no slip of this form."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    fields = _chosen([one.id for one in slip_fields(spec)], int(found[1], 16))
    documents = _chosen([one.id for one in spec.documents], int(found[2] or "0", 16))
    if fields is None or documents is None:
        return None
    asked = AskedAgain(fields, documents)
    return asked if requested(spec, fields, documents).asked == asked else None


def slip_spec(spec: FormSpec, asked: AskedAgain) -> FormSpec:
    """The slip as a form of its own: the same answers under the same ids, a date and a signature.

    Where the form's own signature is asked again, that of the slip is it.

    Raises:
        DossierError: ``unknown_field`` when the form has no such answer or demand to ask again.
    """
    known = {one.id for one in slip_fields(spec)} | {one.id for one in spec.documents}
    unknown = [name for name in (*asked.fields, *asked.documents) if name not in known]
    if unknown:
        raise DossierError(
            _UNKNOWN.fill(form=spec.id, names=", ".join(sorted(unknown))), code="unknown_field"
        )
    wanted = set(asked.fields) - {spec.signature_field}
    signature = spec.signature_field if spec.signature_field in asked.fields else SLIP_SIGNATURE
    blocks = [
        Section(section.id, section.title, rows)
        for section in spec.sections
        if (rows := _asked_rows((row for row in section.rows if isinstance(row, tuple)), wanted))
    ]
    for group in spec.groups:
        for row in _rows(group):
            if rows := _asked_rows([_row_fields(group, row)], wanted):
                blocks.append(Section(f"{group.id}.{row}", group.item_label.fill(n=row), rows))
    return replace(
        spec,
        title=SLIP_TITLE,
        sections=(*blocks, Section("slip", None, ((_DATE, replace(_SIGNATURE, id=signature)),))),
        groups=(),
        facts=(),
        documents=tuple(one for one in spec.documents if one.id in set(asked.documents)),
        rules=(),
        declarations=(),
        deadlines=(),
        calculations=(),
        signature_field=signature,
        applicant_fields={},
        applicants=(),
    )


def answer_field(spec: FormSpec, field_id: str) -> FieldSpec | None:
    """The declaration of an answer wherever it belongs, any row of a group included; None if there is none."""
    for one in spec.fields():
        if one.id == field_id:
            return one
    for group in spec.groups:
        number = field_id.removeprefix(f"{group.id}.").partition(".")[0]
        if not field_id.startswith(f"{group.id}.") or not (number.isascii() and number.isdigit()):
            continue
        if 1 <= int(number) <= group.maximum:
            row = _row_fields(group, int(number))
            return next((one for one in row if one.id == field_id), None)
    return None


# --- details ---------------------------------------------------------------------------------------


def _rows(group: Group) -> range:
    return range(1, min(group.maximum, ROWS_ON_SLIP) + 1)


def _row_fields(group: Group, row: int) -> tuple[FieldSpec, ...]:
    prefix = f"{group.id}.{row}."
    return tuple(
        replace(one, id=prefix + one.id, twin=prefix + one.twin if one.twin else None) for one in group.fields
    )


def _asked_rows(rows: Iterable[tuple[FieldSpec, ...]], wanted: set[str]) -> tuple[tuple[FieldSpec, ...], ...]:
    """The rows with only what is asked, fit for paper: no condition and no footnote."""
    kept = []
    for row in rows:
        asked = tuple(
            replace(one, printed=True, when=None, required=False, footnotes=(), choices=_bare_choices(one))
            for one in row
            if one.id in wanted
        )
        if asked:
            kept.append(asked)
    return tuple(kept)


def _bare_choices(field: FieldSpec) -> tuple[Choice, ...]:
    return tuple(replace(choice, footnotes=()) for choice in field.choices)


def _mask(names: Iterable[str], chosen: Sequence[str]) -> int:
    wanted = set(chosen)
    return sum(1 << place for place, name in enumerate(names) if name in wanted)


def _chosen(names: Sequence[str], mask: int) -> tuple[str, ...] | None:
    if mask >> len(names):
        return None
    return tuple(name for place, name in enumerate(names) if mask >> place & 1)


_DATE = FieldSpec(
    id=SLIP_DATE,
    kind="date",
    label=LocalizedText(ar="التاريخ", fr="Date"),
    script=Script.ANY,
    comb=8,
    width=1.0,
)
_SIGNATURE = FieldSpec(
    id=SLIP_SIGNATURE,
    kind="signature",
    label=LocalizedText(ar="إمضاء صاحب الطلب", fr="Signature du demandeur"),
    script=Script.ANY,
    width=1.2,
    lines=2,
)
_UNKNOWN = LocalizedText(
    ar="لا يوجد في الاستمارة {form} ما يحمل هذا الاسم: {names}. لم تُطبع أي قسيمة. "
    "تحققوا من الأسماء ثم أعيدوا المحاولة.",
    fr="Le formulaire {form} n'a ni réponse ni pièce de ce nom : {names}. "
    "Aucun bulletin n'a été fait. Vérifiez les noms, puis recommencez.",
)
