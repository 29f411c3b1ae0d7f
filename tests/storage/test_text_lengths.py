"""SQLite would keep any text: what PostgreSQL refuses fails in every test that writes it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from forms_service import services as _all_tables_are_known  # noqa: F401
from forms_service.storage.api_models import KeptAnswerRow


def test_a_text_longer_than_its_column_is_refused_on_sqlite_too() -> None:
    with Session(create_engine("sqlite://")) as session:
        session.add(KeptAnswerRow(account_id="a", key="k", fingerprint="x" * 69))
        with pytest.raises(AssertionError, match=r"fingerprint holds 64 characters, not 69"):
            session.flush()
