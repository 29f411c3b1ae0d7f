"""Sees to it that the machines of one installation have the same keys and the same papers.

Alone on a machine, whatever is missing is made at the first start and kept in the data folder.  A second machine
that did the same would sign receipts nobody can check, end everybody's session at each request, and look for
papers where they are not.  So the first machine on a PostgreSQL notes what it made, and whoever would begin with
something else does not start.  What a setting gives is taken for shared: its owner sees to that.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect

from core.localized_text import LocalizedText
from forms_service.config import Config, kept_secret
from forms_service.receipt_keys import SIGNER_FILE, Signer
from forms_service.settings import InvalidSetting
from forms_service.storage.database import Database
from forms_service.storage.host_models import SharedByHostsRow
from forms_service.storage.locking import holds_name

SESSION_KEY, RECEIPT_KEYS, PAPERS = "session key", "receipt keys", "papers"
_MARK = ".installation"


@dataclass(frozen=True, slots=True)
class _Shared:
    """One thing that all machines need: the file this machine keeps it in, unless a setting gives it."""

    name: str
    setting: str
    file: Path | None
    make: Callable[[], object]


def require_shared(database: Database, config: Config, at: datetime) -> None:
    """Make what is missing on the first machine; refuse to start where it would differ from the first's.

    Raises:
        InvalidSetting: Settings to be given on this machine; nothing was made here.
    """
    if not database.is_postgresql:
        return
    with database.writing() as session:
        holds_name(session, "shared by hosts")
        problems = []
        for one in _needed(config):
            noted = session.get(SharedByHostsRow, one.name)
            here = _fingerprint(one)
            if noted is not None and here != noted.fingerprint and one.file is not None:
                way = _SHARE_FOLDER if one.name == PAPERS else _COPY_KEYS
                what = _WORDS[one.name]
                problems.append(_DIFFERS.fill(what=what, host=noted.host, setting=one.setting, way=way))
                continue
            if here is None:
                one.make()
                here = _fingerprint(one)
            if noted is None:
                row = SharedByHostsRow(
                    name=one.name, fingerprint=here or "", host=socket.gethostname()[:255], noted_at=at
                )
                session.add(row)
            elif here is not None and here != noted.fingerprint:
                noted.fingerprint, noted.host, noted.noted_at = here, socket.gethostname()[:255], at
        if problems:
            raise InvalidSetting(*problems)


def papers_moved_here(database: Database, config: Config, at: datetime) -> None:
    """Let the store of this machine count as the installation's: its papers were just restored into it.

    Nothing is noted where the copied database is of a program that did not look at it yet.
    """
    if not inspect(database.engine).has_table(SharedByHostsRow.__tablename__):
        return
    with database.writing() as session:
        noted = session.get(SharedByHostsRow, PAPERS)
        if noted is not None:
            (papers,) = (one for one in _needed(config) if one.name == PAPERS)
            if papers.file is not None:
                papers.make()
            noted.fingerprint = _fingerprint(papers) or ""
            noted.host, noted.noted_at = socket.gethostname()[:255], at


def _needed(config: Config) -> Iterator[_Shared]:
    keys = config.keys_folder
    session_key = None if config.secret_key_is_given() else keys / "session.key"
    yield _Shared(SESSION_KEY, "FORMS_SECRET_KEY", session_key, lambda: kept_secret(keys / "session.key"))
    signer = None if config.receipt_identity is not None else keys / SIGNER_FILE
    yield _Shared(RECEIPT_KEYS, "FORMS_RECEIPT_IDENTITY", signer, lambda: Signer.load_or_create(keys))
    mark = None if config.objects.bucket is not None else config.objects_folder / _MARK
    yield _Shared(PAPERS, "FORMS_OBJECTS_URL", mark, lambda: kept_secret(config.objects_folder / _MARK))


def _fingerprint(one: _Shared) -> str | None:
    """What tells it apart from another machine's, without telling it; empty for what a setting gives."""
    if one.file is None:
        return ""
    if not one.file.exists():
        return None
    return hashlib.sha256(one.name.encode() + b"\0" + one.file.read_bytes()).hexdigest()


_WORDS = {
    SESSION_KEY: LocalizedText(ar="مفتاح الجلسات", fr="la clé des sessions"),
    RECEIPT_KEYS: LocalizedText(ar="مفاتيح توقيع الوصول", fr="les clés qui signent les accusés de dépôt"),
    PAPERS: LocalizedText(ar="مستودع الوثائق", fr="l'espace de stockage des documents"),
}
_DIFFERS = LocalizedText(
    ar="{setting}: {what} ليس على هذا الجهاز هو نفسه على الأجهزة الأخرى التي تستعمل "
    "قاعدة المعطيات نفسها (أولها {host}). "
    "لم يُشغل شيء ولم يُنشأ شيء. أعطوا هذا الإعداد القيمة نفسها على كل الأجهزة، أو {way}.",
    fr="{setting} : {what} de cette machine ne serait pas celui des autres machines de la même base "
    "(la première : {host}). Rien n'a été démarré ni créé. Donnez à ce réglage la même valeur sur toutes les machines, "
    "ou {way}.",
)
_COPY_KEYS = LocalizedText(
    ar="انسخوا إلى هنا مجلد keys من الجهاز الأول", fr="copiez ici le dossier keys de la première"
)
_SHARE_FOLDER = LocalizedText(
    ar="اربطوا مجلد objects لهذا الجهاز بالمجلد المشترك الذي توجد فيه الوثائق",
    fr="montez comme dossier objects celui où les documents se trouvent déjà",
)
