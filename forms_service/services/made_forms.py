"""The form itself, made from the answers: on screen the declaration at the deposit is the signature.

Only the person the dossier belongs to can declare for themselves.  A clerk who deposits for
somebody has their signed paper; without it the form is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from core.completeness import applies
from core.conditions import Scope, holds
from core.dossier import Attachment, Dossier, FieldValue, Origin
from core.form_spec import FieldSpec, FormSpec, RequiredDocument, Section
from core.scope import build_scope
from forms_service.messages import say
from forms_service.services.views import Actor, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, PageRow
from forms_service.storage.objects import ObjectStore

MADE_ON_SCREEN, CORRECTION_SLIP = "screen", "slip"
"""Where an attachment comes from that nobody uploaded."""

_PICTURE_DPI = 150


def made_beside_signature(one: FieldSpec, section: Section) -> bool:
    """Whether a statement stands beside the signature: on screen the deposit's declaration makes it."""
    return one.kind == "declaration" and any(other.kind == "signature" for other in section.fields())


def declarations_at_deposit(spec: FormSpec, scope: Scope) -> list[FieldSpec]:
    """The statements that ticking the declaration at the deposit makes."""
    return [
        one
        for section in spec.sections
        for one in section.fields()
        if made_beside_signature(one, section) and applies(section, one, scope)
    ]


@dataclass(frozen=True, slots=True)
class AtDeposit:
    """A dossier as a deposit by one person would leave it.

    Attributes:
        made: The demands that are met by making the form from the answers.
        replaced: Forms made at an earlier deposit, whose answers may have changed since.
    """

    dossier: Dossier
    made: tuple[RequiredDocument, ...]
    replaced: tuple[str, ...]


def at_deposit(
    session: Session, row: DossierRow, spec: FormSpec, dossier: Dossier, actor: Actor, on: date
) -> AtDeposit:
    """Tell what ``actor`` need not hand in because their deposit makes it.

    What was handed in is always preferred: somebody who sends the signed paper wants it to count.
    """
    uploads = DossierRepository(session).attachments(row.id)
    earlier = tuple(one.id for one in uploads if one.origin == MADE_ON_SCREEN)
    handed_in = tuple(one for one in dossier.attachments if one.id not in earlier)
    bare = replace(dossier, attachments=handed_in)
    if actor.id != row.owner_id:
        return AtDeposit(bare, (), earlier)
    supplied = {one.type for one in handed_in if one.counts}
    scope = build_scope(spec, bare, on)
    made = tuple(
        one
        for one in spec.documents
        if one.made_on_screen
        and one.per is None
        and holds(one.when, scope)
        and not supplied & {one.type, *one.alternatives}
    )
    whole = replace(bare, attachments=(*(Attachment(type=one.type) for one in made), *handed_in))
    return AtDeposit(whole, made, earlier)


def made_types(session: Session, row: DossierRow, dossier: Dossier) -> frozenset[str]:
    """The types of papers that only the service made, before or by this deposit."""
    uploads = DossierRepository(session).attachments(row.id)
    by_hand = {one.id for one in uploads if one.origin != MADE_ON_SCREEN}
    signed = {one.type for one in dossier.attachments if one.id in by_hand}
    return frozenset(one.type for one in dossier.attachments if one.id not in by_hand) - signed


def declared(
    dossier: Dossier, spec: FormSpec, on: date, actor: Actor, at: datetime
) -> tuple[Dossier, list[str]]:
    """The dossier with the statements beside the signature made; and which were not made before."""
    scope = build_scope(spec, dossier, on)
    answers = dossier.answers()
    new = [one.id for one in declarations_at_deposit(spec, scope) if answers.get(one.id) is not True]
    said = FieldValue(True, Origin.SCREEN, None, actor.id, at.isoformat())
    return replace(dossier, values={**dossier.values, **dict.fromkeys(new, said)}), new


@dataclass(frozen=True, slots=True)
class MadeForm:
    """A form made from the answers, its bytes and page pictures already in the store."""

    demand: RequiredDocument
    filename: str
    size: int
    pdf_object: str
    pictures: tuple[str, ...]


def make_form(
    spec: FormSpec, demand: RequiredDocument, answers: dict[str, Any], reference: str, objects: ObjectStore
) -> MadeForm:
    """Print the answers; what is stored before the deposit commits is only bytes nobody refers to."""
    from forms_service.ocr.page_images import draw_own_pdf
    from forms_service.render.form_pdf import render_filled

    pdf = render_filled(spec, answers, reference=reference, flatten=True)
    pictures = tuple(objects.put(one) for one in draw_own_pdf(pdf, _PICTURE_DPI))
    return MadeForm(demand, f"{spec.id}-{reference}.pdf", len(pdf), objects.put(pdf), pictures)


def attach(
    session: Session,
    row: DossierRow,
    spec: FormSpec,
    made: Iterable[MadeForm],
    new_ids: Iterable[str],
    actor: Actor,
    at: datetime,
) -> None:
    """Add made forms to the dossier in the transaction of its deposit."""
    held = len(DossierRepository(session).attachments(row.id))
    for place, (form, attachment_id) in enumerate(zip(made, new_ids, strict=True), start=1):
        session.add(
            AttachmentRow(
                id=attachment_id,
                dossier_id=row.id,
                position=held + place,
                filename=form.filename,
                media_type="application/pdf",
                size=form.size,
                object_key=form.pdf_object,
                declared_type=form.demand.type,
                type=form.demand.type,
                is_form=True,
                origin=MADE_ON_SCREEN,
                status=ReadingStatus.READ.value,
                message=say("made_on_screen").as_dict(),
                facts={},
                warnings=[],
                uploaded_by=actor.id,
                uploaded_at=at,
            )
        )
        session.flush()
        for number, picture in enumerate(form.pictures):
            session.add(
                PageRow(
                    attachment_id=attachment_id,
                    number=number,
                    image_object=picture,
                    form_id=spec.id,
                    form_version=spec.version,
                    form_page=number + 1,
                    form_pages=len(form.pictures),
                    reference=row.reference,
                    registered=True,
                )
            )
    session.flush()
