"""What is said while the database, the papers' store or the disk is out of order: that it passes, and what is safe."""

from __future__ import annotations

import logging

from flask import g, request

from core.localized_text import LocalizedText
from forms_service.locales import both
from forms_service.storage.outages import DATABASE, outage

STATUS = 503
RETRY_AFTER = {"Retry-After": "10"}
"""In seconds: most outages are over by then, and not everybody comes back in the same moment as a machine would."""

CODE = "temporarily_unavailable"
_log = logging.getLogger("forms_service.web")


def told(error: BaseException) -> LocalizedText | None:
    """What to tell whoever asked, when an error is an outage; None when it is none.

    From here on nothing of this request asks the database: who is signed in is not known any more.
    """
    what = outage(error)
    if what is None:
        return None
    g.failing = True
    _log.error("out of order: %s %s %s", what, request.endpoint, type(error).__name__)
    sends = request.method not in ("GET", "HEAD")
    if what == DATABASE:
        return both("error.503.sent" if sends else "error.503.what")
    return both("error.503.not_kept" if sends else "error.503.papers")
