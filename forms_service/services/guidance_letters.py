"""Sends the address of an answer to somebody else: fixed words and a link, nothing a stranger could write.

Nobody signs in for it, so what may be sent is bounded by place, by mailbox, and for all together.
"""

from __future__ import annotations

from core.errors import InvalidValue
from core.field_kinds.email_address import EMAIL as EMAIL_KIND
from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText, Script
from forms_service.sending import EMAIL
from forms_service.services.letters import Letters
from forms_service.services.throttle import Limit, Throttle

SEND_FROM = Limit("guidance_from", 10, 60)
"""Answers sent from one place of the network."""

SEND_TO = Limit("guidance_to", 3, 24 * 60)
"""Answers sent to one mailbox: nobody's is filled by others."""

SEND_ALL = Limit("guidance_all", 300, 60)
"""Answers sent from all places together."""

FRIEND = FieldSpec(
    id="friend",
    kind="email",
    label=LocalizedText("البريد الإلكتروني للمرسل إليه", "Adresse électronique du destinataire"),
    script=Script.LATN,
    required=True,
)


class GuidanceLetters(Letters, Throttle):
    """Sending answers on."""

    def send_guidance(
        self, address: object, question: str, link: str, language: Language, client: str = ""
    ) -> None:
        """Write to somebody that an answer may be of use; a worker sends it.

        Args:
            question: The fund's own question.
            client: Where on the network the request comes from; empty where that tells nothing.

        Raises:
            InvalidValue: It is no e-mail address.
            TooManyAttempts: Too many were sent from there, to there, or in all.
        """
        to = EMAIL_KIND.parse(address, FRIEND)
        if to is None:
            raise InvalidValue(_MISSING, code="missing")
        with self.database.writing() as session:
            self.count_attempt(session, (SEND_FROM, client), (SEND_TO, str(to)), (SEND_ALL, "all"))
            self.write_letter(
                session,
                channel=EMAIL,
                address=str(to),
                language=language,
                occasion="guidance",
                values={"question": question, "address": link},
            )


_MISSING = LocalizedText(
    ar="اكتبوا البريد الإلكتروني الذي تريدون الإرسال إليه.",
    fr="Indiquez l'adresse électronique à laquelle envoyer la réponse.",
)
