"""Pins, once and before anything is searched, what an earlier version left open in searched columns."""

from __future__ import annotations

from sqlalchemy import String, select, type_coerce, update
from sqlalchemy.orm import attributes

from forms_service.storage.database import Database
from forms_service.storage.models import STEM, AccountRow, DossierRow
from forms_service.storage.name_index import put_account_words, spelled
from forms_service.storage.office_models import NameWordRow

BATCH = 1000


def pin_what_lay_open(database: Database) -> int:
    """Pin the logins, numbers and names that lie open: nobody is found by them before.  Gives how many rows were."""
    total = 0
    for batch in (_logins, _numbers, _names):
        while found := batch(database):
            total += found
    return total


def _logins(database: Database) -> int:
    """Accounts, with the words of their holders' names."""
    without = select(AccountRow).where(AccountRow.login_stem == "").limit(BATCH)
    with database.reading() as session:
        if session.scalar(without.limit(1)) is None:
            return 0
    with database.writing() as session:
        rows = session.scalars(without).all()
        for row in rows:
            attributes.flag_modified(row, "login")
            row.login_stem = row.login[:STEM]
            put_account_words(session, row.id, row.name)
    return len(rows)


def _numbers(database: Database) -> int:
    table = DossierRow.__table__
    return _pin(database, table, table.c.registration, table.c.registration_stem)


def _pin(database: Database, table, number, stem) -> int:
    """Rows that have a number and no stem were written before there were any."""
    said = type_coerce(number, String)
    query = select(table.c.id, said).where(type_coerce(stem, String) == "", said != "").limit(BATCH)
    with database.reading() as session:
        if session.execute(query.limit(1)).first() is None:
            return 0
    with database.writing() as session:
        rows = session.execute(query).all()
        for key, value in rows:
            pinned = {number.name: value, stem.name: value[:STEM]}
            session.execute(update(table).where(table.c.id == key).values(pinned))
    return len(rows)


def _names(database: Database) -> int:
    table = NameWordRow.__table__
    word, sound = (type_coerce(one, String) for one in (table.c.word, table.c.sound))
    query = select(table.c.id, word, sound).where(type_coerce(table.c.start, String) == "").limit(BATCH)
    with database.reading() as session:
        if session.execute(query.limit(1)).first() is None:
            return 0
    with database.writing() as session:
        rows = session.execute(query).all()
        for key, said, sounds in rows:
            session.execute(update(table).where(table.c.id == key).values(spelled(said, sounds)))
    return len(rows)
