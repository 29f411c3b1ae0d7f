"""What is refused while the database is away is told as ever: a page in both languages, with its own status."""

from __future__ import annotations

import io
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError
from web_service import Service, Visitor


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/fr/nowhere", 404),
        ("get", "/favicon.ico", 404),
        ("get", "/fr/dossiers/", 503),
        ("post", "/fr/dossiers/some/situation", 413),
    ],
)
def test_what_is_refused_is_told_while_the_database_is_away(
    service: Service, applicant: Visitor, monkeypatch: pytest.MonkeyPatch, method: str, path: str, status: int
) -> None:
    def away(*_given: object) -> None:
        raise OperationalError("select", {}, sqlite3.OperationalError("database is locked"))

    app = applicant.client.application
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    for name in ("reading", "writing"):
        monkeypatch.setattr(type(service.application.database), name, away)
    sent = {"data": {"file": (io.BytesIO(bytes(2000)), "card.png")}} if method == "post" else {}
    answer = applicant.client.open(path, method=method, **sent)
    assert answer.status_code == status
    page = answer.get_data(as_text=True)
    assert 'lang="ar"' in page and 'lang="fr"' in page, "in both languages, not the server's own few words"
