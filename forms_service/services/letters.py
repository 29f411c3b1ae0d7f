"""Messages to people: written in the transaction they tell of, sent by a worker until they have left.

A mail server that is down loses nothing: each attempt that fails hands the next one over, later and
later, until the message is of no use any more.  What it says is sealed, and forgotten once it left.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.localized_text import Language
from forms_service.locales import say
from forms_service.sealing import Unsealable
from forms_service.sending import EMAIL, Letter, NotSent
from forms_service.services.base import SEND_LETTER, UseCases
from forms_service.storage.account_models import LetterRow
from forms_service.storage.dead_letters import FAILED, note_dead_letter

log = structlog.get_logger(__name__)

NOTICE_KEPT_FOR = timedelta(days=3)
"""How long a notice is worth sending: after that the person has seen the page, or come to the agency."""

DELAYS_S = (5.0, 20.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0)
"""Pauses between attempts; the last one repeats."""

_WORDS = frozenset({"first_name", "question"})
"""Values that run as their own letters do; the others are codes and numbers."""

_AS_THEY_STAND = frozenset({"address", "subject", "text", "whom"})
"""Addresses, of which programs make links only when bare; and whole sentences, which run as their language does."""

_FIRST_STRONG, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"


class Letters(UseCases):
    """Writing and sending messages."""

    def write_letter(
        self,
        session: Session,
        *,
        channel: str,
        address: str,
        language: Language,
        occasion: str,
        values: dict[str, str],
        account_id: str | None = None,
        dossier_id: str | None = None,
        worth: timedelta = NOTICE_KEPT_FOR,
        words: tuple[str, str] | None = None,
    ) -> None:
        """Write a message in the caller's transaction; a worker sends it once that commits.

        Without an address the same is done and nothing sent: how long an answer takes must not tell
        whether there is somebody to write to.

        Args:
            words: Subject and text that a form declares; the service's own for the occasion when left out.
        """
        now = self.now()
        said = declared(words, channel, language, values) if words else None
        record = {"address": address, **(said or worded(occasion, channel, language, values))}
        row = LetterRow(
            id=self.new_id(),
            channel=channel,
            occasion=occasion,
            account_id=account_id,
            dossier_id=dossier_id,
            language=language.value,
            sealed=record if address else None,
            given_up_at=None if address else now,
            problem=None if address else "no address",
            written_at=now,
            useless_after=now + worth,
            tries=0,
        )
        session.add(row)
        session.flush()
        self.adapters.jobs.enqueue(session, SEND_LETTER, f"{row.id}.0")

    def send_letter(self, key: str) -> None:
        """Try to send one message (``letter.attempt``); sending one that has left does nothing."""
        letter_id, _, attempt = key.partition(".")
        with self.database.reading() as session:
            row = session.get(LetterRow, letter_id)
        if row is None or row.sealed is None or row.given_up_at is not None or str(row.tries) != attempt:
            return
        if self.now() > row.useless_after:
            self._end(letter_id, "too late")
            return
        try:
            record = self.adapters.seal.record(row.sealed)
            letter = Letter(
                row.id, row.channel, record["address"], record["subject"], record["text"], row.language
            )
            self.adapters.carriers[row.channel].send(letter)
        except Unsealable:
            self._end(letter_id, "sealed with another secret")
        except NotSent as failure:
            self._try_later(letter_id, failure)
        else:
            self._end(letter_id, None)

    def give_up_letter(self, key: str, cause: str = FAILED, attempts: int = 1) -> None:
        """Note that nobody will try again unless a person asks for it.

        What it says is kept sealed as long as it is worth sending, then forgotten like that of any other.
        """
        with self.database.writing() as session:
            row = session.get(LetterRow, key.partition(".")[0], with_for_update=True)
            if row is None or row.sealed is None or row.given_up_at is not None:
                return
            row.given_up_at, row.problem = self.now(), "given up"
            note_dead_letter(
                session,
                at=row.given_up_at,
                task=SEND_LETTER,
                key=row.id,
                cause=cause,
                attempts=attempts,
                dossier_id=row.dossier_id,
            )

    def forget_useless_letters(self) -> int:
        """Forget what given-up messages say once they are of no use to anybody; gives how many."""
        useless = (LetterRow.given_up_at.is_not(None), LetterRow.sealed.is_not(None))
        with self.database.reading() as session:
            query = select(LetterRow.id).where(*useless, LetterRow.useless_after < self.now())
            found = list(session.scalars(query.limit(1000)))
        if found:
            with self.database.writing() as session:
                session.execute(
                    update(LetterRow).where(LetterRow.id.in_(found), *useless).values(sealed=None)
                )
        return len(found)

    def _end(self, letter_id: str, problem: str | None) -> None:
        with self.database.writing() as session:
            row = session.get(LetterRow, letter_id, with_for_update=True)
            if row is None or row.sealed is None:
                return
            row.sealed, row.problem = None, problem
            if problem is None:
                row.sent_at = self.now()
                return
            row.given_up_at = self.now()
            log.warning("letter given up", letter=row.id, occasion=row.occasion, problem=problem)

    def _try_later(self, letter_id: str, failure: NotSent) -> None:
        if failure.for_good:
            self._end(letter_id, failure.reason)
            return
        with self.database.writing() as session:
            row = session.get(LetterRow, letter_id, with_for_update=True)
            if row is None or row.sealed is None:
                return
            pause = DELAYS_S[min(row.tries, len(DELAYS_S) - 1)]
            row.tries += 1
            row.problem = failure.reason[:64]
            self.adapters.jobs.enqueue(session, SEND_LETTER, f"{row.id}.{row.tries}", pause)
            log.warning("letter not sent", letter=row.id, tries=row.tries, problem=failure.reason)


def worded(occasion: str, channel: str, language: Language, values: dict[str, str]) -> dict[str, str]:
    """Subject and text of a message; an SMS is shorter and has no subject.

    What is put in keeps its own direction, as on the pages.
    """
    filled = {name: _isolated(name, value, language) for name, value in values.items()}
    short = f"letter.{occasion}.sms"
    if channel != EMAIL:
        return {"subject": "", "text": say(short, language, **filled)}
    subject = say(f"letter.{occasion}.subject", language, **filled)
    body = say(f"letter.{occasion}.text", language, **filled)
    return {"subject": subject, "text": _in_a_letter(body, language, values)}


def declared(
    words: tuple[str, str], channel: str, language: Language, values: dict[str, str]
) -> dict[str, str]:
    """A message in a form's own words, greeted and signed as all are."""
    subject, text = words
    if channel != EMAIL:
        return {"subject": "", "text": text}
    return {"subject": subject, "text": _in_a_letter(text, language, values)}


def _in_a_letter(body: str, language: Language, values: dict[str, str]) -> str:
    filled = {name: _isolated(name, value, language) for name, value in values.items()}
    greeting = "letter.greeting" if values.get("first_name") else "letter.greeting_without_name"
    return "\n\n".join((say(greeting, language, **filled), body, say("letter.signed", language)))


def _isolated(name: str, value: str, language: Language) -> str:
    if language is not Language.AR or name in _AS_THEY_STAND:
        return value
    return f"{_FIRST_STRONG if name in _WORDS else _LEFT_TO_RIGHT}{value}{_END}"
