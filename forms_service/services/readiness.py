"""Whether requests can be answered here and now: asked by load balancers, often, so it must cost little."""

from __future__ import annotations

from functools import cache

import structlog
from sqlalchemy import text

from forms_service.isolation import may_open
from forms_service.isolation.required import is_required
from forms_service.services.base import UseCases

log = structlog.get_logger(__name__)


class Readiness(UseCases):
    """Looking at everything a request may need."""

    def readiness(self) -> dict[str, bool]:
        """What a request needs, and whether it is there: ``database``, ``migrations``, ``store``, ``keys``.

        Where uploads are opened by locked-in processes only, ``isolation`` says whether this machine has them.
        Tables of a later program count as there: while machines are renewed one after another, the last ones
        run beside tables that are ahead of them.
        """
        found = {"database": True, "migrations": True, "store": True, "keys": True}
        if is_required():
            found["isolation"] = may_open()
        try:
            with self.database.reading() as session:
                stands_at = session.execute(text("select version_num from alembic_version")).scalar()
            found["migrations"] = stands_at == _newest() or stands_at not in _known()
        except Exception as trouble:
            found["database"] = found["migrations"] = False
            log.warning("not ready", lacks="database", exc_info=trouble)
        try:
            self.objects.check()
        except Exception as trouble:
            found["store"] = False
            log.warning("not ready", lacks="store", exc_info=trouble)
        try:
            found["keys"] = bool(self.adapters.config.secret_key())
        except Exception as trouble:
            found["keys"] = False
            log.warning("not ready", lacks="keys", exc_info=trouble)
        return found


@cache
def _known() -> frozenset[str]:
    """Every state of the tables that this program knows."""
    from alembic.script import ScriptDirectory

    from forms_service.storage.database import migration_settings

    return frozenset(
        one.revision for one in ScriptDirectory.from_config(migration_settings()).walk_revisions()
    )


@cache
def _newest() -> str:
    """The state of the tables that this program needs."""
    from alembic.script import ScriptDirectory

    from forms_service.storage.database import migration_settings

    return ScriptDirectory.from_config(migration_settings()).get_current_head() or ""
