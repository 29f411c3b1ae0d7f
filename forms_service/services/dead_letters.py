"""Work that nobody tries any more: listed for a person, who has it tried again or puts it aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.services.base import READ_UPLOAD, REHEARSE_FORM, SEND_LETTER, SORT_STACK, SYSTEM, UseCases
from forms_service.services.stack_again import begin_stack_again, is_untouched
from forms_service.services.views import Actor, ReadingStatus
from forms_service.services.webhooks import DEAD as DEAD_DELIVERY
from forms_service.services.webhooks import DELIVER_WEBHOOK
from forms_service.storage.account_models import LetterRow
from forms_service.storage.api_models import WebhookDeliveryRow, WebhookRow
from forms_service.storage.dead_letters import (
    DEAD,
    ENDED_READER,
    ENDED_WORKER,
    ENGINE,
    FAILED,
    OUT_OF_TIME,
    RETRIED,
    SET_ASIDE,
    SETTLED,
)
from forms_service.storage.job_models import DeadLetterRow
from forms_service.storage.models import AttachmentRow, DossierRow, IntakeRow
from forms_service.storage.office_models import RehearsalRunRow

_T = LocalizedText

MOST_LISTED = 200
"""How much one look gathers, and how much is tried again at once: a night without messages leaves far more."""

CAUSES_IN_WORDS: Mapping[str, LocalizedText] = {
    ENDED_WORKER: _T(
        "توقف برنامج المعالجة نفسه كلما بدأ هذا العمل.",
        "Le programme de traitement s'est arrêté chaque fois que ce travail commençait.",
    ),
    ENDED_READER: _T(
        "توقفت عملية قراءة الوثيقة كل مرة قبل أن تعطي نتيجة.",
        "Le processus qui lit le document s'est arrêté chaque fois avant de donner un résultat.",
    ),
    OUT_OF_TIME: _T(
        "استغرقت القراءة كل الوقت المسموح به لوثيقة واحدة.",
        "La lecture a pris tout le temps accordé à un document.",
    ),
    FAILED: _T(
        "حدث خطأ في كل محاولة. تفاصيله في سجل النظام.",
        "Chaque essai s'est terminé par une erreur, décrite dans le journal technique.",
    ),
    ENGINE: _T(
        "لم يتمكن نظام الأعمال من بدء هذا العمل.",
        "Le moteur de tâches n'a pas pu commencer ce travail.",
    ),
}
"""What keeps a job from its end, by the code of its cause."""

TASKS_IN_WORDS: Mapping[str, LocalizedText] = {
    READ_UPLOAD: _T("قراءة وثيقة", "Lecture d'un document"),
    SORT_STACK: _T("فرز مجموعة أوراق", "Tri d'une pile"),
    SEND_LETTER: _T("إرسال رسالة", "Envoi d'un message"),
    DELIVER_WEBHOOK: _T("إشعار برنامج", "Notification d'un programme"),
    REHEARSE_FORM: _T("تجربة قراءة استمارة", "Essai de lecture d'un formulaire"),
}
"""What kind of work it is, by the name of its task."""

NOT_DEAD = _T(
    "لم يعد هذا العمل ضمن الأعمال المتوقفة: أُعيدت محاولته، أو سُوّي أمره بطريقة أخرى. لم يتغير شيء.",
    "Ce travail n'est plus parmi ceux qui sont arrêtés : il a été relancé, ou réglé autrement. Rien n'a été modifié.",
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One job that was given up.

    Attributes:
        id: What ``retry_dead_letter`` and ``set_aside_dead_letter`` are told.
        task: Its kind, a key of ``TASKS_IN_WORDS``.
        key: What it was about: an attachment, a stack, a message.
        at: When it was given up.
        attempts: How often it was tried since it was handed over or a person last had it tried again.
        cause: A key of ``CAUSES_IN_WORDS``.
        dossier_id: The dossier it concerns, when it is one's.
        reference: Of that dossier.
        turns: How often a person had it tried again before.
    """

    id: str
    task: str
    key: str
    at: datetime
    attempts: int
    cause: str
    dossier_id: str | None
    reference: str | None
    turns: int


class DeadLetters(UseCases):
    """Looking after what was given up; for operators."""

    _looked_up_to: tuple[datetime, str] | None = None

    def dead_letters(self, actor: Actor) -> list[DeadLetter]:
        """What waits for a person, the oldest first and at most ``MOST_LISTED``.

        What was settled otherwise meanwhile (a paper taken back by its sender) is not among it.
        """
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            rows = _dead(session, MOST_LISTED)
            return [_view(session, row) for row in rows if _ways(row.task).is_dead(session, row)]

    def count_dead_letters(self) -> int:
        """How many wait for a person; of very many, with those that were settled otherwise a moment ago."""
        with self.database.reading() as session:
            rows = _dead(session, MOST_LISTED + 1)
            if len(rows) <= MOST_LISTED:
                return sum(_ways(row.task).is_dead(session, row) for row in rows)
            query = select(func.count()).select_from(DeadLetterRow).where(DeadLetterRow.state == DEAD)
            return session.scalar(query) or 0

    def settle_dead_letters(self) -> int:
        """Take some of what was settled otherwise off the list for good; gives how many.

        Each call looks at the next ``MOST_LISTED``; safe to call by many at once.
        """
        with self.database.reading() as session:
            rows = _dead(session, MOST_LISTED, self._looked_up_to)
            over = [row.id for row in rows if not _ways(row.task).is_dead(session, row)]
        self._looked_up_to = (rows[-1].at, rows[-1].id) if len(rows) == MOST_LISTED else None
        for one in over:
            with self.database.writing() as session:
                row = session.get(DeadLetterRow, one, with_for_update=True)
                if row is not None and row.state == DEAD and not _ways(row.task).is_dead(session, row):
                    row.state, row.settled_at = SETTLED, self.now()
        return len(over)

    def retry_dead_letter(self, actor: Actor, letter_id: str) -> None:
        """Have a job tried again from its beginning, with as many attempts as a new one.

        Raises:
            DossierError: ``not_dead``: somebody was faster, or it was settled otherwise.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._dead_letter(session, letter_id)
            row.turns += 1
            _ways(row.task).again(self, session, row)
            self._settle_given_up(session, actor, row, RETRIED, "dead_letter_retried")

    def set_aside_dead_letter(self, actor: Actor, letter_id: str, reason: str = "") -> None:
        """Take a job off the list without trying it again; what it was about stays as it is.

        Args:
            reason: A code of ``watching.ASIDE_REASONS``, which the record keeps.

        Raises:
            DossierError: ``not_dead``.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._dead_letter(session, letter_id)
            self._settle_given_up(session, actor, row, SET_ASIDE, "dead_letter_set_aside", reason)

    # --- details --------------------------------------------------------------------------------

    def _dead_letter(self, session: Session, letter_id: str) -> DeadLetterRow:
        row = session.get(DeadLetterRow, letter_id, with_for_update=True)
        if row is None or row.state != DEAD or not _ways(row.task).is_dead(session, row):
            raise DossierError(NOT_DEAD, code="not_dead")
        return row

    def _settle_given_up(
        self, session: Session, actor: Actor, row: DeadLetterRow, state: str, action: str, reason: str = ""
    ) -> None:
        row.state, row.settled_by, row.settled_at = state, actor.id, self.now()
        dossier = session.get(DossierRow, row.dossier_id) if row.dossier_id else None
        why = {"aside": reason} if reason else {}
        self.note(session, dossier, actor, action, {"task": row.task, "key": row.key, **why}, row.settled_at)


@dataclass(frozen=True, slots=True)
class _Ways:
    """How one kind of job is told to be still given up, and begun again in the caller's transaction."""

    is_dead: Callable[[Session, DeadLetterRow], bool]
    again: Callable[[DeadLetters, Session, DeadLetterRow], None]


def _reading_is_dead(session: Session, row: DeadLetterRow) -> bool:
    upload = session.get(AttachmentRow, row.key)
    return upload is not None and upload.status == ReadingStatus.FAILED.value and upload.removed_at is None


def _read_again(work: DeadLetters, session: Session, row: DeadLetterRow) -> None:
    upload = session.get_one(AttachmentRow, row.key)
    dossier = session.get_one(DossierRow, upload.dossier_id, with_for_update=True)
    upload.status, upload.message = ReadingStatus.WAITING.value, None
    work.touch(session, dossier, SYSTEM, "reading_again", {"attachment": upload.id})
    work.adapters.jobs.enqueue(session, READ_UPLOAD, row.key, turn=row.turns)


def _stack_is_dead(session: Session, row: DeadLetterRow) -> bool:
    stack = session.get(IntakeRow, row.key)
    return stack is not None and is_untouched(session, stack)


def _sort_again(work: DeadLetters, session: Session, row: DeadLetterRow) -> None:
    begin_stack_again(session, session.get_one(IntakeRow, row.key))
    work.adapters.jobs.enqueue(session, SORT_STACK, row.key, turn=row.turns)


def _letter_of(session: Session, row: DeadLetterRow) -> LetterRow | None:
    return session.get(LetterRow, row.key.partition(".")[0])


def _letter_is_dead(session: Session, row: DeadLetterRow) -> bool:
    letter = _letter_of(session, row)
    return letter is not None and letter.given_up_at is not None and letter.sealed is not None


def _send_again(work: DeadLetters, session: Session, row: DeadLetterRow) -> None:
    letter = _letter_of(session, row)
    assert letter is not None  # noqa: S101 - it was looked at before
    letter.given_up_at, letter.problem = None, None
    letter.tries += 1
    work.adapters.jobs.enqueue(session, SEND_LETTER, f"{letter.id}.{letter.tries}")


def _delivery_of(session: Session, row: DeadLetterRow) -> WebhookDeliveryRow | None:
    return session.get(WebhookDeliveryRow, row.key.partition(".")[0])


def _delivery_is_dead(session: Session, row: DeadLetterRow) -> bool:
    delivery = _delivery_of(session, row)
    if delivery is None or delivery.state != DEAD_DELIVERY:
        return False
    return session.get_one(WebhookRow, delivery.webhook_id).stopped_at is None


def _deliver_again(work: Any, session: Session, row: DeadLetterRow) -> None:
    work.hand_over(session, _delivery_of(session, row), 0.0)


def _rehearsal_is_dead(session: Session, row: DeadLetterRow) -> bool:
    run = session.get(RehearsalRunRow, row.key)
    return run is not None and run.state == "failed"


def _rehearse_again(work: DeadLetters, session: Session, row: DeadLetterRow) -> None:
    run = session.get_one(RehearsalRunRow, row.key)
    run.state, run.done = "waiting", 0
    work.adapters.jobs.enqueue(session, REHEARSE_FORM, row.key, turn=row.turns)


_WAYS: Mapping[str, _Ways] = {
    READ_UPLOAD: _Ways(_reading_is_dead, _read_again),
    SORT_STACK: _Ways(_stack_is_dead, _sort_again),
    SEND_LETTER: _Ways(_letter_is_dead, _send_again),
    DELIVER_WEBHOOK: _Ways(_delivery_is_dead, _deliver_again),
    REHEARSE_FORM: _Ways(_rehearsal_is_dead, _rehearse_again),
}
_UNKNOWN = _Ways(lambda _session, _row: False, lambda _work, _session, _row: None)


def _ways(task: str) -> _Ways:
    return _WAYS.get(task, _UNKNOWN)


def _dead(session: Session, most: int, after: tuple[datetime, str] | None = None) -> list[DeadLetterRow]:
    row = DeadLetterRow
    query = select(row).where(row.state == DEAD)
    if after is not None:
        at, letter = after
        query = query.where(or_(row.at > at, and_(row.at == at, row.id > letter)))
    return list(session.scalars(query.order_by(row.at, row.id).limit(most)))


def _view(session: Session, row: DeadLetterRow) -> DeadLetter:
    dossier = session.get(DossierRow, row.dossier_id) if row.dossier_id else None
    return DeadLetter(
        id=row.id,
        task=row.task,
        key=row.key,
        at=row.at,
        attempts=row.attempts,
        cause=row.cause,
        dossier_id=row.dossier_id,
        reference=dossier.reference if dossier else None,
        turns=row.turns,
    )
