"""Whether this machine can copy its database: a backup that fails at night is noticed when it is needed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from sqlalchemy import make_url, text

from core.localized_text import LocalizedText
from forms_service.config import Config


def look_at_backup(config: Config) -> Iterator[tuple[str, LocalizedText]]:
    """The program that copies a PostgreSQL is here and not older than the server; SQLite needs none."""
    if make_url(config.resolved_database_url).get_backend_name() == "sqlite":
        return
    here = _version_of_pg_dump()
    if here is None:
        yield "warn", _NO_PG_DUMP
        return
    there = _version_of_server(config)
    is_enough = here >= there
    yield "ok" if is_enough else "warn", (_PG_DUMP if is_enough else _TOO_OLD).fill(here=here, there=there)


def _version_of_pg_dump() -> int | None:
    try:
        said = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\) (\d+)", said)  # also of «(PostgreSQL) 17devel»
    return int(found[1]) if found else None


def _version_of_server(config: Config) -> int:
    from forms_service.storage.database import Database

    database = Database(config.resolved_database_url)
    try:
        with database.reading() as session:
            return int(session.execute(text("show server_version_num")).scalar_one()) // 10000
    finally:
        database.close()


_PG_DUMP = LocalizedText(
    ar="برامج نسخ PostgreSQL مثبتة (الإصدار {here}).",
    fr="Les programmes de sauvegarde de PostgreSQL sont là (version {here}).",
)
_NO_PG_DUMP = LocalizedText(
    ar="البرنامج pg_dump غير مثبت: لا يمكن أخذ نسخة احتياطية لقاعدة المعطيات من هذا الجهاز. "
    "ثبتوا postgresql-client بإصدار خادمكم أو أحدث.",
    fr="pg_dump n'est pas installé : cette machine ne peut pas sauvegarder la base. "
    "Installez postgresql-client, de la version de votre serveur ou plus récent.",
)
_TOO_OLD = LocalizedText(
    ar="البرنامج pg_dump (الإصدار {here}) أقدم من الخادم (الإصدار {there}) ويرفض نسخه. "
    "ثبتوا postgresql-client-{there}.",
    fr="pg_dump (version {here}) est plus ancien que le serveur (version {there}) et refuse de le copier. "
    "Installez postgresql-client-{there}.",
)
