"""The data keys, wrapped by the master key that is kept apart: every backup has them, none can use them alone."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.localized_text import LocalizedText
from forms_service.config import kept_secret
from forms_service.keyring import KEY_BYTES, DataKeys, Keyring, MasterKeys, WrongMasterKey
from forms_service.storage.database import Database
from forms_service.storage.key_models import DataKeyRow

INDEX_KEY = 0
"""Number of the key of fingerprints; those from 1 seal."""


class KeyChest:
    """The data keys of one database, opened with the file of the master key."""

    def __init__(self, database: Database, given: Path | None, keys_folder: Path) -> None:
        """Prepare; nothing is read yet.

        Args:
            given: File of the master key; without it one is made in ``keys_folder`` for a new database.
        """
        self.database = database
        self.file = _file_of(given, keys_folder)
        self._is_given = given is not None

    def masters(self) -> MasterKeys:
        """The master keys of the file, read anew each time: the operator may have added one.

        Raises:
            WrongMasterKey: The file cannot be read, or holds no key.
        """
        return _read(self.file)

    def check(self) -> None:
        """Refuse to start with a master key that is not this database's, before anything is written.

        Raises:
            WrongMasterKey: It is missing or another.
        """
        if not inspect(self.database.engine).has_table(DataKeyRow.__tablename__):
            if self._is_given:
                self.masters()
            return
        if self._rows():
            self.keys()

    def open(self, at: datetime) -> Keyring:
        """The ring of this database; its first keys are made where it has none.

        Raises:
            WrongMasterKey: The master key is missing or another.
        """
        if not self._rows():
            self._make_first(at)
        return Keyring(self.keys(), self.keys)

    def keys(self) -> DataKeys:
        """The data keys there are now."""
        masters = self.masters()
        opened = {one.number: masters.unwrap(one.number, one.master, one.wrapped) for one in self._rows()}
        index = opened.pop(INDEX_KEY)
        return DataKeys(opened, index)

    def add(self, session: Session, at: datetime) -> int:
        """Make the next data key: what is written from now on is sealed with it."""
        number = max(session.scalars(select(DataKeyRow.number)), default=INDEX_KEY - 1) + 1
        masters = self.masters()
        wrapped = masters.wrap(number, secrets.token_bytes(KEY_BYTES))
        session.add(DataKeyRow(number=number, wrapped=wrapped, master=masters.newest, made_at=at))
        session.flush()
        return number

    def forget(self, session: Session, number: int) -> DataKeyRow:
        """Remove a data key; whoever asks has counted that nothing is sealed with it.  Gives it for ``put_back``."""
        row = session.get_one(DataKeyRow, number)
        session.delete(row)
        session.flush()
        return DataKeyRow(number=row.number, wrapped=row.wrapped, master=row.master, made_at=row.made_at)

    def put_back(self, session: Session, row: DataKeyRow) -> None:
        """Keep a data key again that turned out to be needed."""
        session.add(row)

    def rewrap(self) -> str:
        """Wrap all data keys with the newest master key; nothing else is sealed anew.  Gives its name."""
        masters = self.masters()
        with self.database.writing() as session:
            for one in session.scalars(select(DataKeyRow).with_for_update()):
                key = masters.unwrap(one.number, one.master, one.wrapped)
                one.wrapped, one.master = masters.wrap(one.number, key), masters.newest
        return masters.newest

    def listed(self) -> list[DataKeyRow]:
        """The data keys as they are kept, oldest first, without the one of fingerprints."""
        return [one for one in self._rows() if one.number != INDEX_KEY]

    def _rows(self) -> list[DataKeyRow]:
        with Session(self.database.engine.execution_options(reading_only=True)) as session:
            return list(session.scalars(select(DataKeyRow).order_by(DataKeyRow.number)))

    def _make_first(self, at: datetime) -> None:
        if not self._is_given:
            kept_secret(self.file)
        try:
            with self.database.writing() as session:
                if session.scalar(select(DataKeyRow.number).limit(1)) is None:
                    self.add(session, at)
                    self.add(session, at)
        except IntegrityError:
            pass  # another process was first; its keys are read next


def master_keys(given: Path | None, keys_folder: Path) -> MasterKeys:
    """The master keys of an installation, without its database.

    Raises:
        WrongMasterKey: The file cannot be read, or holds no key.
    """
    return _read(_file_of(given, keys_folder))


def _file_of(given: Path | None, keys_folder: Path) -> Path:
    return given or keys_folder / "master.key"


def _read(file: Path) -> MasterKeys:
    try:
        lines = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        raise WrongMasterKey(
            LocalizedText(
                ar=f"تعذرت قراءة ملف المفتاح الرئيسي {file}، وبدونه لا تُفتح المعطيات. "
                "أعيدوا الملف إلى مكانه أو حددوه في FORMS_MASTER_KEY_FILE، ثم أعيدوا التشغيل.",
                fr=f"Le fichier de la clé maîtresse {file} ne peut pas être lu ; sans lui, les données "
                "restent fermées. Remettez-le, ou indiquez-le dans FORMS_MASTER_KEY_FILE, puis redémarrez.",
            )
        ) from None
    return MasterKeys(lines)
