"""Heavy work that a page waits for: whoever finds no turn is told so instead of holding a thread."""

from __future__ import annotations

import pytest

from forms_service.services import clean_copies, receipt_checks
from forms_service.services.few_at_once import FewAtOnce, TooBusy


def test_a_turn_that_does_not_come_is_told_and_comes_again() -> None:
    turns = FewAtOnce(1, wait_seconds=0.0)
    with turns.turn(), pytest.raises(TooBusy) as told, turns.turn():
        pass
    assert told.value.retry_after_s > 0
    with turns.turn():
        pass


def test_copies_and_receipts_wait_for_a_turn_only_shortly() -> None:
    for turns in (clean_copies._AT_ONCE, receipt_checks._SCANS):
        assert isinstance(turns, FewAtOnce)
        assert turns._wait_seconds <= 5
