"""A request sent twice is carried out once, and answered twice alike.

Whoever sends a request may not hear the answer; with an idempotency key it may send it again.  What a
request does and the note that it was done are committed together: of two attempts at the same
request only one can commit, whichever process runs them and whenever one of them is killed.
"""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.services.base import UseCases
from forms_service.storage.api_models import KeptAnswerRow

_T = LocalizedText

OTHER_REQUEST = _T(
    "استُعمل مفتاح التكرار هذا مع طلب آخر. لم يُنفذ أي شيء. استعملوا مفتاحا جديدا لكل طلب جديد.",
    "Cette clé d'idempotence a déjà servi à une autre requête. Rien n'a été exécuté. "
    "Prenez une nouvelle clé pour chaque nouvelle requête.",
)
UNDER_WAY = _T(
    "ما زال الطلب الأول بهذا المفتاح قيد التنفيذ. لم يُنفذ مرة ثانية. أعيدوا المحاولة بعد ثوان.",
    "La première requête portant cette clé est encore en cours. Elle n'a pas été exécutée une seconde fois. "
    "Réessayez dans quelques secondes.",
)
ANSWER_LOST = _T(
    "نُفذ هذا الطلب، لكن جوابه لم يُحفظ بسبب انقطاع. لم يُنفذ مرة ثانية. اطلعوا على الملف لمعرفة النتيجة.",
    "Cette requête a été exécutée, mais sa réponse s'est perdue dans une interruption. Elle n'a pas été exécutée "
    "une seconde fois. Consultez le dossier pour en voir le résultat.",
)

TAKEN_OVER_AFTER = timedelta(minutes=5)
"""An attempt that has neither committed nor answered by then is taken for dead; if it lives, it cannot commit."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a request with an idempotency key."""

    account_id: str
    key: str
    id: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer a request got, to be given again."""

    status: int
    headers: dict[str, str]
    body: bytes


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def leave_attempt() -> None:
    """Let what this thread commits from now on belong to no attempt, however the last one ended."""
    _current.set(None)


class KeptAnswers(UseCases):
    """Keeping answers, and seeing to it that nothing is done twice."""

    def begin_request(self, account_id: str, key: str, fingerprint: str) -> Attempt | KeptAnswer:
        """Begin a request; gives the answer instead when it was carried out before.

        From here to ``end_request`` everything committed by this thread belongs to the attempt.

        Raises:
            DossierError: ``idempotency_key_reused``, ``request_under_way``, ``answer_lost``.
        """
        attempt = Attempt(account_id, key, secrets.token_hex(16))
        kept = self._claim(attempt, fingerprint)
        if kept is None:
            _current.set(attempt)
            return attempt
        if kept.fingerprint != fingerprint:
            raise DossierError(OTHER_REQUEST, code="idempotency_key_reused")
        if kept.stage == "answered" and kept.status is not None:
            return KeptAnswer(kept.status, dict(kept.headers), kept.body or b"")
        silent = self.now() - kept.begun_at >= TAKEN_OVER_AFTER
        if kept.stage == "lost" or (kept.stage == "effective" and silent):
            raise DossierError(ANSWER_LOST, code="answer_lost")
        raise DossierError(UNDER_WAY, code="request_under_way")

    def end_request(self, attempt: Attempt, answer: KeptAnswer | None) -> None:
        """Keep the answer; None forgets a request that came to nothing, so that it may be sent again.

        One that failed after it took effect is never carried out again.
        """
        _current.set(None)
        mine = self._mine(attempt)
        with self.database.writing() as session:
            if answer is None:
                session.execute(delete(KeptAnswerRow).where(*mine, KeptAnswerRow.stage == "begun"))
                session.execute(update(KeptAnswerRow).where(*mine).values(stage="lost"))
                return
            kept = {"status": answer.status, "headers": answer.headers, "body": answer.body}
            session.execute(update(KeptAnswerRow).where(*mine).values(stage="answered", **kept))

    def mark_effective(self, session: Session) -> None:
        """Note in the transaction that commits it that a request took effect; at the end of every one.

        Raises:
            DossierError: ``request_under_way``: another attempt took this one over; nothing is committed.
        """
        attempt = _current.get()
        if attempt is None:
            return
        session.flush()
        done = session.execute(
            update(KeptAnswerRow).where(*self._mine(attempt)).values(stage="effective"),
            execution_options={"synchronize_session": False},
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise DossierError(UNDER_WAY, code="request_under_way")

    # --- details --------------------------------------------------------------------------------

    def _claim(self, attempt: Attempt, fingerprint: str) -> KeptAnswerRow | None:
        """Claim the key; the row of whoever has it when somebody does."""
        now = self.now()
        try:
            with self.database.writing() as session:
                long_ago = now - self.adapters.config.answers_kept
                session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.begun_at < long_ago))
                place = (attempt.account_id, attempt.key)
                held = session.get(KeptAnswerRow, place, with_for_update=True)
                if held is None:
                    session.add(
                        KeptAnswerRow(
                            account_id=attempt.account_id,
                            key=attempt.key,
                            fingerprint=fingerprint,
                            attempt=attempt.id,
                            stage="begun",
                            begun_at=now,
                            headers={},
                        )
                    )
                    return None
                is_dead = held.stage == "begun" and now - held.begun_at >= TAKEN_OVER_AFTER
                if is_dead and held.fingerprint == fingerprint:
                    held.attempt, held.begun_at = attempt.id, now
                    return None
                session.expunge(held)
                return held
        except IntegrityError:  # somebody was faster by a moment
            with self.database.reading() as session:
                held = session.get(KeptAnswerRow, (attempt.account_id, attempt.key))
            if held is None:  # and has come to nothing since
                raise DossierError(UNDER_WAY, code="request_under_way") from None
            return held

    def _mine(self, attempt: Attempt) -> tuple[object, ...]:
        return (
            KeptAnswerRow.account_id == attempt.account_id,
            KeptAnswerRow.key == attempt.key,
            KeptAnswerRow.attempt == attempt.id,
        )
