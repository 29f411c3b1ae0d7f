"""SMS through an operator's HTTP gateway; which fields it wants is a setting, not code."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from forms_service.sending import Letter, NotSent

JSON, FORM = "json", "form"
PATIENCE_S = 20.0
USUAL_FIELDS = "to={to}&text={text}&id={id}"
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """A gateway that moved is a setting to mend, not somewhere else to send people's numbers."""

    def redirect_request(self, *_args: object) -> None:
        """Follow nothing."""


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Where SMS are handed in.

    Attributes:
        fields: The request as ``name={to}&other={text}``; ``{to}``, ``{text}`` and ``{id}`` are filled in.
        body: ``json`` or ``form``.
        token: Sent as ``Authorization: Bearer``; empty for none.  Asked for when a message leaves.
    """

    address: str
    fields: str = USUAL_FIELDS
    body: str = JSON
    token: Callable[[], str] = lambda: ""

    def send(self, letter: Letter) -> None:
        """Hand one message in; any 2xx is a yes.

        Raises:
            NotSent: For good when the gateway says that the request itself is wrong (4xx).
        """
        request = urllib.request.Request(self.address, data=self._filled(letter), method="POST")  # noqa: S310
        kind = "application/json" if self.body == JSON else "application/x-www-form-urlencoded"
        request.add_header("Content-Type", f"{kind}; charset=utf-8")
        request.add_header("Idempotency-Key", letter.id)
        if token := self.token():
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.build_opener(_NoDetours()).open(request, timeout=PATIENCE_S):
                return
        except urllib.error.HTTPError as error:
            error.close()
            wrong = 400 <= error.code < 500 and error.code not in _WORTH_ANOTHER_TRY
            raise NotSent(f"gateway {error.code}", for_good=wrong) from None
        except (OSError, ValueError) as error:
            raise NotSent(type(error).__name__) from None

    def _filled(self, letter: Letter) -> bytes:
        values = {"{to}": international(letter.address), "{text}": letter.text, "{id}": letter.id}
        filled = {}
        for name, pattern in parse_qsl(self.fields, keep_blank_values=True):
            filled[name] = values.get(pattern, pattern)
        if self.body == JSON:
            return json.dumps(filled, ensure_ascii=False).encode()
        return urlencode(filled).encode()


def international(phone: str) -> str:
    """A Moroccan number as gateways want it: ``+212612345678``."""
    return f"+212{phone[1:]}" if phone.startswith("0") else phone
