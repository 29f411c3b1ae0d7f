"""The web server's own remarks in the form of our lines, without the addresses it would name."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from forms_service.logs import JsonHandler


class GunicornLogs(Logger):  # type: ignore[misc]
    """Chosen by ``--logger-class``: what gunicorn says is written as everything else is."""

    def setup(self, cfg: Any) -> None:
        """Send everything through our handler; requests are told of by ``web.watching``."""
        super().setup(cfg)
        self.error_log.handlers = [JsonHandler()]
        self.error_log.propagate = False
        self.access_log.handlers = []
        self.access_log.propagate = False
