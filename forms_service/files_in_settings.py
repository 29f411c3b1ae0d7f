"""Files that settings name: one that is missing is told before a message, a receipt or a paper needs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.localized_text import LocalizedText
from forms_service.settings import known_names

_OTHERS = frozenset({"FORMS_MAIL_CA", "FORMS_RECEIPT_IDENTITY"})
"""Settings that name a file though they do not end in ``_FILE``."""


def unreadable_files(environment: Mapping[str, str]) -> list[LocalizedText]:
    """A sentence for each setting whose file cannot be read here."""
    named = {name: environment[name].strip() for name in sorted(environment) if _names_file(name)}
    return [
        _UNREADABLE.fill(name=name, file=file)
        for name, file in named.items()
        if file and not _is_readable(Path(file))
    ]


def _names_file(name: str) -> bool:
    return name in _OTHERS or (name.endswith("_FILE") and name in known_names())


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


_UNREADABLE = LocalizedText(
    ar="{name} ({file}): لا يمكن قراءة هذا الملف. تحققوا من وجوده ومن صلاحيات مستعمل الخدمة.",
    fr="{name} ({file}) : ce fichier ne peut pas être lu. Vérifiez qu'il existe, et les droits de l'utilisateur "
    "du service.",
)
