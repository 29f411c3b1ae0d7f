"""Lets a caller say which revision of a dossier a change was made from, whatever the change is.

Two reviewers who look at the same dossier must not overwrite each other unseen: whoever comes second
is told, and nothing of theirs is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from core.errors import DossierError
from core.localized_text import LocalizedText

OTHER_REVISION = LocalizedText(
    "تغير هذا الملف منذ اطلاعكم عليه. لم يُسجل شيء من طلبكم. أعيدوا قراءة الملف ثم قرروا.",
    "Ce dossier a changé depuis que vous l'avez lu. Rien de votre requête n'a été enregistré. "
    "Relisez le dossier, puis décidez.",
)


@dataclass
class _Expected:
    dossier_id: str
    revision: int


_expected: ContextVar[_Expected | None] = ContextVar("expected_revision", default=None)


@contextmanager
def expecting(dossier_id: str, revision: int | None) -> Iterator[None]:
    """Let every change to a dossier in this block fail unless it stands at that revision.

    Changes made in the block itself move what is expected; None expects nothing.
    """
    token = _expected.set(None if revision is None else _Expected(dossier_id, revision))
    try:
        yield
    finally:
        _expected.reset(token)


def revision_was_said(dossier_id: str) -> bool:
    """Whether the caller said at which revision they saw the dossier."""
    expected = _expected.get()
    return expected is not None and expected.dossier_id == dossier_id


def refuse_other_revision(dossier_id: str, revision: int) -> None:
    """Refuse to begin a change to a dossier that changed since.

    Raises:
        DossierError: ``revision_changed``.
    """
    expected = _expected.get()
    if expected is not None and expected.dossier_id == dossier_id and expected.revision != revision:
        raise DossierError(OTHER_REVISION, code="revision_changed")


def expect_next(dossier_id: str, revision: int) -> None:
    """Note that the change being made led to a new revision."""
    expected = _expected.get()
    if expected is not None and expected.dossier_id == dossier_id:
        expected.revision = revision
