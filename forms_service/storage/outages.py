"""Tells what passes by itself (a database that is away, a full disk) from what is wrong with one paper.

What passes is waited for and costs no job a try; whoever waits on a page is told that it will.
"""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from forms_service.isolation.required import NotLockedIn
from forms_service.storage.objects import ObjectsUnavailable

DATABASE, OBJECTS, DISK, ISOLATION = "database", "objects", "disk", "isolation"

_PASSING_SQLSTATES = ("08", "25006", "25P03", "40", "53", "55P03", "57014", "57P", "58")
"""Connections, a server that only reads since another took over, transactions it ended for taking long, conflicts,
resources (a full disk among them), locks, statements it ended, a server that stops or starts, its disk."""

_REFUSED_BY_SERVER = (
    "authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
)
"""What a PostgreSQL that answers says to who may not come in: psycopg gives no SQLSTATE for a connection."""

_LOST = "8s2b"
"""SQLAlchemy's code for that."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_BROKEN_STORE = frozenset(
    {errno.EIO, errno.EROFS, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT}
)
_PASSING_IN_SQLITE = ("locked", "busy", "full", "disk i/o", "unable to open", "readonly")


def outage(error: BaseException) -> str | None:
    """What is out of order for everybody, when that is why something failed; None when it is something else."""
    if isinstance(error, PoolTimeout) or _came_after_a_lost_connection(error):
        return DATABASE
    if isinstance(error, DBAPIError):
        return DATABASE if _passes(error) else None
    if isinstance(error, ObjectsUnavailable):
        return OBJECTS
    if isinstance(error, NotLockedIn):
        return ISOLATION
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return DISK
        if error.errno in _BROKEN_STORE:
            return OBJECTS
    return None


def passes_at_start(error: BaseException) -> str | None:
    """What is out of order, when waiting brings it back; None when a setting is wrong, which is told at once."""
    if isinstance(error, DBAPIError):
        told = str(error.orig).lower()
        in_sqlite = type(error.orig).__module__.startswith("sqlite3")
        if any(one in told for one in (("unable to open", "readonly") if in_sqlite else _REFUSED_BY_SERVER)):
            return None
    if isinstance(error, OSError) and error.errno == errno.EROFS:
        return None
    return outage(error)


def _came_after_a_lost_connection(error: BaseException) -> bool:
    """Whether a transaction was gone on with although its connection was lost: nothing of it was kept."""
    return isinstance(error, PendingRollbackError) and error.code == _LOST


def _passes(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING_SQLSTATES)
    if type(error.orig).__module__.startswith("sqlite3"):
        told = str(error.orig).lower()
        return isinstance(error, OperationalError) and any(one in told for one in _PASSING_IN_SQLITE)
    return isinstance(error, (OperationalError, InterfaceError))
