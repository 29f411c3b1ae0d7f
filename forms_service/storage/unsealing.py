"""Lays sealed columns open again, for a migration that goes back to a version without sealing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property

from sqlalchemy import Connection, inspect, text

from forms_service.config import Config
from forms_service.keyring import DataKeys, Keyring, MasterKeys, is_sealed
from forms_service.storage.data_keys import INDEX_KEY, master_keys


class Opener:
    """Opens what one connection sees, with the keys that it sees."""

    def __init__(self, connection: Connection, masters: Callable[[], MasterKeys] | None) -> None:
        """Prepare; the master key is read when the first sealed value is met.

        Args:
            masters: Gives the master keys; None for those of the settings.
        """
        self.connection = connection
        self._masters = masters or _masters_of_the_settings

    def lay_open(self, table: str, column: str, *, is_json: bool) -> None:
        """Open every value of a column and store it as it was before there were seals.

        Raises:
            WrongMasterKey: The master key is missing or another; nothing was changed.
            Unopenable: A value does not open.
        """
        keys = inspect(self.connection).get_pk_constraint(table)["constrained_columns"]
        named = ", ".join(f'"{one}"' for one in keys)
        query = text(f"""select {named}, "{column}" from "{table}" where "{column}" like '~%'""")  # noqa: S608
        which = " and ".join(f'"{one}" = :{one}' for one in keys)
        write = text(f'update "{table}" set "{column}" = :opened where {which}')  # noqa: S608 - our own names
        for row in self.connection.execute(query).all():
            *key, stored = row
            if is_sealed(stored):
                value = json.loads(self._ring.open(f"{table}.{column}", stored))
                said = json.dumps(value) if is_json else value
                self.connection.execute(write, {**dict(zip(keys, key, strict=True)), "opened": said})

    def lay_open_pinned(self, table: str, column: str, place: str) -> None:
        """The same for a column whose values lie pinned."""
        query = text(f"""select distinct "{column}" from "{table}" where "{column}" like '=%'""")  # noqa: S608
        write = text(f'update "{table}" set "{column}" = :opened where "{column}" = :pinned')  # noqa: S608
        for (pinned,) in self.connection.execute(query).all():
            said = self._ring.unpin(place, pinned).decode("utf-8", "surrogatepass")
            self.connection.execute(write, {"opened": said, "pinned": pinned})

    @cached_property
    def _ring(self) -> Keyring:
        masters = self._masters()
        rows = self.connection.execute(text("select number, master, wrapped from data_key"))
        opened = {number: masters.unwrap(number, master, wrapped) for number, master, wrapped in rows}
        return Keyring(DataKeys({number: key for number, key in opened.items() if number}, opened[INDEX_KEY]))


def _masters_of_the_settings() -> MasterKeys:
    config = Config.from_environment()
    return master_keys(config.sealing.master_key, config.keys_folder)
