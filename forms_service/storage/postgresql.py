"""How PostgreSQL is spoken to: nobody waits without end, and a machine that is cut off holds no lock for long.

SQLite lets one writer in at a time; here many write at once, and what must not happen twice is guarded by row
locks and unique keys.  Every wait has an end: a statement, a lock, a transaction somebody forgot, a line that
went dead.  Readers see one state of everything, as SQLite's do.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError

from core.localized_text import LocalizedText
from forms_service.config import CONNECTIONS
from forms_service.settings import InvalidSetting

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How a reading transaction runs: on one state of the data, without a right to change any."""

_SERVER_SIDE = {
    "TimeZone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "300s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
}
_CLIENT_SIDE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "application_name": "forms-service",
}
_DRIVER = "postgresql+psycopg"
_ORDER_OF_SIGNS = frozenset({"C", "POSIX", "C.UTF-8", "C.UTF8", "PG_C_UTF8"})


def connect(url: str, connections: int = CONNECTIONS) -> Engine:
    """Open the database of that URL; connections are made when needed and tried before each use."""
    return create_engine(
        speaking_psycopg(url),
        connect_args=_arguments(url, _SERVER_SIDE),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
    )


def connect_to_migrate(url: str) -> Engine:
    """As ``connect``, for work that may take its time on large tables, and that waits for others to do it."""
    patient = _SERVER_SIDE | {"statement_timeout": "0", "lock_timeout": "0"}
    patient["idle_in_transaction_session_timeout"] = "0"
    return create_engine(
        speaking_psycopg(url),
        connect_args=_arguments(url, patient),
        pool_size=2,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def speaking_psycopg(url: str) -> str:
    """The URL with the driver that is installed, where none is named."""
    name, colon, rest = url.partition("://")
    return f"{_DRIVER}://{rest}" if colon and name in ("postgresql", "postgres") else url


def usable_url(url: str) -> str:
    """The URL of ``FORMS_DATABASE_URL``, checked without being asked.

    Raises:
        InvalidSetting: It is no URL of SQLite or PostgreSQL; the message does not repeat it.
    """
    url = speaking_psycopg(url)
    try:
        read: URL | None = make_url(url)
    except ArgumentError:
        read = None
    if read is None or read.drivername not in ("sqlite", _DRIVER) or not read.database:
        raise InvalidSetting(_NO_DATABASE_URL)
    return url


def require_order_of_signs(connection: Connection) -> None:
    """Refuse a database that orders letters by a language: searches by their beginnings would miss people.

    Raises:
        InvalidSetting: The database must be created otherwise; the message says how.
    """
    query = (
        "select pg_encoding_to_char(encoding), coalesce(datlocale, datcollate), datlocprovider"
        " from pg_database where datname = current_database()"
    )
    if connection.dialect.server_version_info and connection.dialect.server_version_info < (17,):
        query = query.replace("coalesce(datlocale, datcollate)", "datcollate")
    encoding, order, provider = connection.execute(text(query)).one()
    by_signs = provider != "i" and str(order).upper().replace("UTF-8", "UTF8") in {
        one.upper().replace("UTF-8", "UTF8") for one in _ORDER_OF_SIGNS
    }
    if encoding != "UTF8" or not by_signs:
        raise InvalidSetting(_CREATED_OTHERWISE.fill(found=f"{encoding}, {order}"))


def _arguments(url: str, server_side: dict[str, str]) -> dict[str, Any]:
    """What the driver is told; what the URL itself says comes after ours and wins."""
    query = make_url(speaking_psycopg(url)).query
    given = query.get("options", ())
    own = [given] if isinstance(given, str) else list(given)
    options = " ".join([*(f"-c {name}={value}" for name, value in server_side.items()), *own])
    return {**{one: value for one, value in _CLIENT_SIDE.items() if one not in query}, "options": options}


_NO_DATABASE_URL = LocalizedText(
    ar="FORMS_DATABASE_URL: ليس عنوان قاعدة معطيات يمكن استعمالها. المنتظر: "
    "postgresql://user:password@host:5432/forms، أو تركه فارغا لاستعمال SQLite في مجلد المعطيات.",
    fr="FORMS_DATABASE_URL n'est pas l'adresse d'une base utilisable. Attendu : "
    "postgresql://user:password@host:5432/forms, ou rien pour SQLite dans le dossier des données.",
)
_CREATED_OTHERWISE = LocalizedText(
    ar="FORMS_DATABASE_URL: قاعدة المعطيات أنشئت بترتيب للحروف ({found}) يجعل البحث عن الأسماء ناقصا. "
    "لم يُنشأ فيها شيء. أنشئوا غيرها هكذا: CREATE DATABASE forms ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;",
    fr="FORMS_DATABASE_URL : la base a été créée avec un ordre des lettres ({found}) qui rendrait incomplète "
    "la recherche des noms. Rien n'y a été créé. Créez-en une ainsi : "
    "CREATE DATABASE forms ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;",
)
