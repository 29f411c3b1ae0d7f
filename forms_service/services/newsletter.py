"""The newsletter: asked for by a mailbox, confirmed by its owner, left by one link in every issue."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from core.errors import InvalidValue
from core.field_kinds.email_address import EMAIL as EMAIL_KIND
from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText, Script
from forms_service.messages import say
from forms_service.sealing import Unsealable
from forms_service.sending import EMAIL
from forms_service.services.letters import Letters
from forms_service.services.throttle import Limit, Throttle
from forms_service.services.views import Actor
from forms_service.storage.newsletter_models import SubscriberRow

ASK_FROM = Limit("newsletter_from", 10, 60)
"""Mailboxes put down from one place of the network."""

ASK_TO = Limit("newsletter_to", 3, 24 * 60)
"""Messages to one mailbox that nobody confirmed: nobody's is filled by others."""

MAILBOX = FieldSpec(
    id="mailbox",
    kind="email",
    label=LocalizedText("بريدكم الإلكتروني", "Votre adresse électronique"),
    script=Script.LATN,
    required=True,
)
MOST_SUBJECT, MOST_TEXT = 120, 5000
_TO_CONFIRM = timedelta(days=3)
"""A mailbox that nobody confirmed by then is forgotten: its owner never asked."""
_JOIN, _LEAVE = "join", "leave"


class Newsletter(Letters, Throttle):
    """Asking for it, leaving it, and sending an issue."""

    def ask_newsletter(self, address: object, language: Language, client: str = "") -> None:
        """Send a mailbox the link that puts it on the list; it tells nobody whether it is there already.

        Raises:
            InvalidValue: It is no e-mail address.
            TooManyAttempts: Too many were asked for from there, or for it.
        """
        mailbox = EMAIL_KIND.parse(address, MAILBOX)
        if mailbox is None:
            raise InvalidValue(say("answer_needed"), code="missing")
        with self.database.writing() as session:
            self.count_attempt(session, (ASK_FROM, client), (ASK_TO, str(mailbox)))
            now, fingerprint = self.now(), self._mailbox_key(str(mailbox))
            forgotten = SubscriberRow.asked_at < now - _TO_CONFIRM
            session.execute(delete(SubscriberRow).where(SubscriberRow.confirmed_at.is_(None), forgotten))
            if (held := session.get(SubscriberRow, fingerprint)) is not None:
                held.asked_at = now
            else:
                session.add(
                    SubscriberRow(
                        fingerprint=fingerprint,
                        sealed={"address": str(mailbox)},
                        language=language.value,
                        asked_at=now,
                    )
                )
            self.write_letter(
                session,
                channel=EMAIL,
                address=str(mailbox),
                language=language,
                occasion="newsletter_asked",
                values={"address": self._link(_JOIN, fingerprint, language)},
                worth=_TO_CONFIRM,
            )

    def join_newsletter(self, token: str) -> bool:
        """Put the mailbox of a link on the list; False where it is none of ours, or nobody waits for it any more."""
        return self._changed(token, _JOIN)

    def leave_newsletter(self, token: str) -> bool:
        """Forget the mailbox of a link; leaving twice is leaving."""
        return self._changed(token, _LEAVE)

    def subscribers(self, actor: Actor) -> int:
        """How many mailboxes confirmed."""
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            return session.scalar(self._confirmed(func.count())) or 0

    def send_newsletter(self, actor: Actor, subject: LocalizedText, text: LocalizedText) -> int:
        """Write an issue to every confirmed mailbox in its language; gives how many it goes to.

        Raises:
            InvalidValue: ``newsletter_words``: a subject or a text is missing or too long.
        """
        self.require_role(actor, "operator")
        for words, most in ((subject, MOST_SUBJECT), (text, MOST_TEXT)):
            if not all(0 < len(one.strip()) <= most for one in (words.ar, words.fr)):
                raise InvalidValue(say("newsletter_words", n=MOST_TEXT), code="newsletter_words")
        with self.database.writing() as session:
            rows = session.scalars(self._confirmed(SubscriberRow)).all()
            reached = 0
            for row in rows:
                try:
                    address = str(self.adapters.seal.record(row.sealed)["address"])
                except Unsealable:  # the service's secret was changed since: they subscribe anew
                    continue
                reached += 1
                language = Language(row.language)
                self.write_letter(
                    session,
                    channel=EMAIL,
                    address=address,
                    language=language,
                    occasion="newsletter",
                    values={
                        "subject": " ".join(subject.in_language(language).split()),
                        "text": text.in_language(language).strip(),
                        "address": self._link(_LEAVE, row.fingerprint, language),
                    },
                )
            self.note(session, None, actor, "newsletter_sent", {"mailboxes": reached})
            return reached

    def _changed(self, token: str, act: str) -> bool:
        try:
            record = self.adapters.seal.open(token)
        except (Unsealable, ValueError):
            return False
        if record.get("act") != act:
            return False
        with self.database.writing() as session:
            row = session.get(SubscriberRow, str(record.get("mailbox")), with_for_update=True)
            if act == _LEAVE:
                if row is not None:
                    session.delete(row)
                return True
            if row is None or (row.confirmed_at is None and row.asked_at < self.now() - _TO_CONFIRM):
                return False
            row.confirmed_at = row.confirmed_at or self.now()
            return True

    def _confirmed(self, what: object):  # type: ignore[no-untyped-def]
        return select(what).select_from(SubscriberRow).where(SubscriberRow.confirmed_at.is_not(None))  # type: ignore[call-overload]

    def _link(self, act: str, fingerprint: str, language: Language) -> str:
        token = self.adapters.seal.close({"act": act, "mailbox": fingerprint})
        return f"{self.adapters.config.public_url}/{language.value}/newsletter/{act}/{token}"

    def _mailbox_key(self, mailbox: str) -> str:
        return self.adapters.seal.fingerprint("newsletter", mailbox.casefold())
