"""The paper file of a physical check: what somebody whose request was drawn takes to an agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.dossier import DossierState
from forms_service.services.views import AttachmentView, DossierView, ReadingStatus
from forms_service.web.languages import translate
from forms_service.web.missing_points import paper_of_whom
from forms_service.web.presentation import FORM, type_name


@dataclass(frozen=True, slots=True)
class PaperFile:
    """What is brought beside the receipt.

    Attributes:
        form_is_signed: Whether a form signed by hand was sent: its original is brought, nothing is printed.
        originals: The papers that were sent, by name, each once.
    """

    form_is_signed: bool
    originals: tuple[str, ...]


def paper_file(view: DossierView) -> PaperFile | None:
    """What is to be brought; None where no paper file is awaited (any more)."""
    if view.state is not DossierState.PHYSICAL_CHECK_PENDING:
        return None
    sent = [one for one in view.attachments if one.status is not ReadingStatus.REFUSED]
    on_paper = any(_is_form(one) and not one.made_on_screen for one in sent)
    return PaperFile(on_paper, tuple(dict.fromkeys(_named(view, sent))))


def _is_form(one: AttachmentView) -> bool:
    return one.is_form or one.type == FORM


def _named(view: DossierView, sent: list[AttachmentView]) -> Iterator[str]:
    for one in sent:
        if _is_form(one) or one.made_on_screen or one.is_slip:
            continue
        name, whom = type_name(one.type or one.declared_type), paper_of_whom(view, one)
        yield translate("physical_check.of_whom", paper=name, whom=whom) if whom else name
