"""Keys for tests that open a database without the rest of a service."""

from __future__ import annotations

from forms_service.keyring import DataKeys, Keyring
from forms_service.storage.database import Database
from forms_service.storage.sealed_columns import seal_with

RING = Keyring(DataKeys({1: b"1" * 32}, b"i" * 32))


def sealing(database: Database) -> Database:
    """The database, with keys that every process of a test has."""
    seal_with(database.engine, RING)
    return database
