"""What a correction asks again, where it is answered: at its question, in its task, and first when it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.form_spec import FieldSpec
from forms_service.locales import has
from forms_service.services.views import DossierView
from forms_service.web.languages import translate
from forms_service.web.security import services, the_actor

if TYPE_CHECKING:
    from forms_service.web.tasks import Block, CorrectionPlace, Task


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The questions of one page that are asked again.

    Attributes:
        message: What the agency wrote.
        reasons: By the question's field, why its answer is asked again; empty words where no reason was given.
        answered: The questions answered since.
    """

    message: str
    reasons: Mapping[str, str]
    answered: frozenset[str] = frozenset()


def asked_again(view: DossierView, fields: Iterable[FieldSpec], prefix: str = "") -> AskedAgain | None:
    """Which questions of a page are asked again; None where none is.

    Args:
        prefix: What the ids of the page's fields stand under in the request: ``children.1.``.
    """
    request = view.correction
    if request is None or request.answered:
        return None
    reasons: dict[str, str] = {}
    progress = services().correction_progress(the_actor(), view.id)
    done = progress.fields if progress else {}
    answered = set()
    for field in fields:
        subject = f"{prefix}{field.id}"
        if subject not in request.fields:
            continue
        code = request.reasons.get(subject)
        question = field.id.removesuffix(".ar")  # names in two scripts are one question
        reasons[question] = reasons.get(question) or (translate(f"answer_reason.{code}") if code else "")
        if done.get(subject):
            answered.add(question)
    return AskedAgain(request.message, reasons, frozenset(answered)) if reasons else None


def marked(blocks: Iterable[Block], places: Iterable[CorrectionPlace]) -> list[Block]:
    """The list of tasks with what is still to be corrected at its task, in place of «done»."""
    waiting = [one for one in places if not one.done and one.url]
    return [replace(block, tasks=tuple(_marked(task, waiting) for task in block.tasks)) for block in blocks]


def _marked(task: Task, places: Iterable[CorrectionPlace]) -> Task:
    mine = [one for one in places if one.url and _leads_to(one.url, task.url)]
    if task.key == "check":
        return replace(task, status="todo") if places else task
    if not mine:
        return task
    from forms_service.web.tasks import Wrong

    wrong = tuple(Wrong(f"{one.label} – {one.why}" if one.why else one.label, one.url) for one in mine)
    return replace(task, status="mend", wrong=(*wrong, *task.wrong))


def _leads_to(url: str, task_url: str) -> bool:
    path = url.partition("#")[0]
    return path == task_url or path.startswith(f"{task_url}/")


def documents_asked(view: DossierView) -> dict[str, str]:
    """The documents a correction asks and nobody has sent since, as it names them, each with the reason."""
    request = view.correction
    if request is None or request.answered:
        return {}
    progress = services().correction_progress(the_actor(), view.id)
    done = progress.documents if progress else {}
    return {name: why_declined(view, name) for name in request.documents if not done.get(name)}


def why_declined(view: DossierView, subject: str) -> str:
    """Why a document is asked again: the reason a reviewer gave when declining the one that was sent."""
    document, _, number = subject.partition(".")
    demand = next((one for one in view.spec.documents if one.id in (subject, document)), None)
    if demand is None:
        return ""
    types = {demand.type, *demand.alternatives}
    for one in reversed(view.attachments):
        fits = (one.type or one.declared_type) in types and (not number or one.child in (None, int(number)))
        if fits and one.decision == "refused" and one.decision_reason:
            code = f"reason.{one.decision_reason}"
            return translate(code) if has(code) else one.decision_reason
    return ""
