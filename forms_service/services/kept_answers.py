"""A request sent twice is carried out once, and answered twice alike.

Whoever sends a request may not hear the answer; with an idempotency key it may send it again.  What a
request does and the note that it was done are committed together: of two attempts at the same
request only one can commit, whichever process runs them and whenever one of them is killed.  Where the
answer can be told from what was written, it is committed with it too: then no kill can lose it.

Answers are kept sealed: some tell a secret that is shown once and lies nowhere else in plain.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, repeat
from queue import Queue

import structlog
from sqlalchemy import delete, event, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.sealing import Unsealable
from forms_service.services.base import Adapters, UseCases
from forms_service.storage.api_models import KeptAnswerRow
from forms_service.storage.living_processes import LivingProcesses
from forms_service.storage.models import AttachmentRow, DossierRow, IntakeRow
from forms_service.storage.outages import outage

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
    "سُجل ما أرسلتموه، لكن انقطاعا حال دون عرض نتيجته. لم يُسجل مرة ثانية. افتحوا الملف لمعرفة ما صار إليه.",
    "Votre envoi a bien été pris en compte, mais une interruption a empêché d'en afficher le résultat. Il n'a pas "
    "été pris deux fois. Ouvrez le dossier pour voir où il en est.",
)

TAKEN_OVER_AFTER = timedelta(minutes=5)
"""An attempt that has neither committed nor answered by then is taken for dead; if it lives, it cannot commit.

One whose process is known to be dead is taken over at once.
"""

_PAUSES_S = (0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger(__name__)


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


Made = Mapping[str, str]
"""Ids of what an attempt made so far, by kind: ``dossier``, ``attachment``, ``stack``."""

_KINDS = {DossierRow: "dossier", AttachmentRow: "attachment", IntakeRow: "stack"}


@dataclass(slots=True)
class _UnderWay:
    """What is known of the attempt that this thread carries out."""

    attempt: Attempt
    made: dict[str, str] = field(default_factory=dict)
    tell: Callable[[Made], KeptAnswer] | None = None


_current: ContextVar[_UnderWay | None] = ContextVar("attempt", default=None)


def leave_attempt() -> None:
    """Let what this thread commits from now on belong to no attempt, however the last one ended."""
    _current.set(None)


@contextmanager
def beside_the_attempt() -> Iterator[None]:
    """Let what is committed meanwhile count for no request: what only keeps count of requests, or of who looks.

    Else one that is killed before it did anything would be told to have been carried out.
    """
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def answer_by(tell: Callable[[Made], KeptAnswer]) -> None:
    """Keep the answer that ``tell`` gives together with what the request under way does, if one is.

    It is called within the transaction and reads what that wrote.
    """
    under_way = _current.get()
    if under_way is not None:
        under_way.tell = tell


@event.listens_for(Session, "pending_to_persistent")
def _made(_session: Session, instance: object) -> None:
    under_way, kind = _current.get(), _KINDS.get(type(instance))
    if under_way is not None and kind is not None:
        under_way.made[kind] = instance.id  # type: ignore[attr-defined]


class KeptAnswers(UseCases):
    """Keeping answers, and seeing to it that nothing is done twice."""

    def __init__(self, adapters: Adapters) -> None:
        super().__init__(adapters)
        self._processes = LivingProcesses(adapters.config.data_folder.resolve() / "processes")
        self._unended: Queue[tuple[Attempt, KeptAnswer | None]] = Queue()
        self._ending = threading.Lock()
        self._ender: threading.Thread | None = None

    def begin_request(self, account_id: str, key: str, fingerprint: str) -> Attempt | KeptAnswer:
        """Begin a request; gives the answer instead when it was carried out before.

        From here to ``end_request`` everything committed by this thread belongs to the attempt.

        Raises:
            DossierError: ``idempotency_key_reused``, ``request_under_way``, ``answer_lost``.
        """
        attempt = Attempt(account_id, key, secrets.token_hex(16))
        kept = self._claim(attempt, fingerprint)
        if kept is None:
            _current.set(_UnderWay(attempt))
            return attempt
        if kept.fingerprint != fingerprint:
            raise DossierError(OTHER_REQUEST, code="idempotency_key_reused")
        if kept.stage == "answered" and kept.status is not None:
            return self._answer_of(kept)
        if kept.stage == "lost" or (kept.stage == "effective" and self._is_over(kept)):
            raise DossierError(ANSWER_LOST, code="answer_lost")
        raise DossierError(UNDER_WAY, code="request_under_way")

    def is_under_way(self, account_id: str, key: str) -> bool:
        """Whether a request is still carried out, for whoever waits for its answer: looking writes nothing."""
        with self.database.reading() as session:
            row = session.get(KeptAnswerRow, (account_id, key))
            return row is not None and row.stage in ("begun", "effective") and not self._is_over(row)

    def end_request(self, attempt: Attempt, answer: KeptAnswer | None) -> KeptAnswer | None:
        """Keep the answer; None forgets a request that came to nothing, so that it may be sent again.

        One that failed after it took effect is never carried out again.  Gives the answer that counts:
        the one kept with the effect, when there is one.  While the database is away the given answer
        counts, and is kept as soon as that is back.
        """
        _current.set(None)
        try:
            return self._end_attempt(attempt, answer)
        except Exception as error:
            if outage(error) is None:
                raise
            self._end_later(attempt, answer)
            return answer

    def _end_attempt(self, attempt: Attempt, answer: KeptAnswer | None) -> KeptAnswer | None:
        mine = self._mine(attempt)
        with self.database.writing() as session:
            place = (attempt.account_id, attempt.key)
            row = session.get(KeptAnswerRow, place, with_for_update=True)
            if row is not None and row.attempt == attempt.id and row.stage == "answered":
                return self._answer_of(row)
            if answer is None:
                session.execute(delete(KeptAnswerRow).where(*mine, KeptAnswerRow.stage == "begun"))
                session.execute(update(KeptAnswerRow).where(*mine).values(stage="lost"))
                return None
            session.execute(
                update(KeptAnswerRow).where(*mine).values(stage="answered", **self._columns(answer))
            )
            return answer

    def mark_effective(self, session: Session) -> None:
        """Note in the transaction that commits it that a request took effect; at the end of every one.

        Raises:
            DossierError: ``request_under_way``: another attempt took this one over; nothing is committed.
        """
        under_way = _current.get()
        if under_way is None:
            return
        session.flush()
        told = self._told(session, under_way)
        stage = {"stage": "effective"} if told is None else {"stage": "answered", **self._columns(told)}
        done = session.execute(
            update(KeptAnswerRow).where(*self._mine(under_way.attempt)).values(**stage),
            execution_options={"synchronize_session": False},
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise DossierError(UNDER_WAY, code="request_under_way")

    # --- details --------------------------------------------------------------------------------

    def _end_later(self, attempt: Attempt, answer: KeptAnswer | None) -> None:
        """Note how an attempt ended as soon as the database is there again.

        Until then nobody could tell that it ended, for the process that carried it out lives.
        """
        self._unended.put((attempt, answer))
        with self._ending:
            if self._ender is None or not self._ender.is_alive():
                self._ender = threading.Thread(target=self._keep_ending, name="attempts", daemon=True)
                self._ender.start()

    def _keep_ending(self) -> None:
        while True:
            attempt, answer = self._unended.get()
            for pause_s in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
                try:
                    self._end_attempt(attempt, answer)
                    break
                except Exception as error:
                    if outage(error) is None:
                        log.error("attempt not ended", error=type(error).__name__)
                        break
                time.sleep(pause_s)

    def _told(self, session: Session, under_way: _UnderWay) -> KeptAnswer | None:
        """The answer as it can be told from this transaction; none when nobody said how, or it cannot be."""
        if under_way.tell is None:
            return None
        try:
            with self.database.seeing(session):
                return under_way.tell(under_way.made)
        except Exception as error:  # what was asked for is done all the same; the answer then comes later
            log.warning("answer not kept with its effect", error=type(error).__name__)
            return None

    def _is_over(self, kept: KeptAnswerRow) -> bool:
        """Whether nobody carries a request out any more that was neither answered nor given up."""
        if kept.process is not None and not self._processes.lives(kept.process):
            return True
        return self.now() - kept.begun_at >= TAKEN_OVER_AFTER

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
                            process=self._processes.mine(),
                            stage="begun",
                            begun_at=now,
                            headers={},
                        )
                    )
                    return None
                if held.stage == "begun" and held.fingerprint == fingerprint and self._is_over(held):
                    held.attempt, held.begun_at = attempt.id, now
                    held.process = self._processes.mine()
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

    def _columns(self, answer: KeptAnswer) -> dict[str, object]:
        body = self.adapters.seal.close_bytes(answer.body)
        return {"status": answer.status, "headers": answer.headers, "body": body}

    def _answer_of(self, row: KeptAnswerRow) -> KeptAnswer:
        try:
            body = self.adapters.seal.open_bytes(row.body or b"")
        except Unsealable:  # the service's secret was changed since
            raise DossierError(ANSWER_LOST, code="answer_lost") from None
        return KeptAnswer(row.status or 500, dict(row.headers), body)
