"""Runs the migrations on the connection the service hands over; the task engine's tables are not ours."""

from __future__ import annotations

from alembic import context

import forms_service.storage.course_models
import forms_service.storage.office_models  # noqa: F401 - its tables are ours as well
from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import differs


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=_is_ours,
    compare_type=differs,
    transaction_per_migration=False,
)
context.run_migrations()
