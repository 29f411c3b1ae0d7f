"""Table of what the fund's registers said when somebody deposited: rules are judged on it ever after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedJson


class RegisterRowsRow(Base):
    """The rows of registers that a deposited dossier was declared on, by id of the spec's ``records``."""

    __tablename__ = "register_rows"
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    held: Mapped[dict[str, Any]] = mapped_column(SealedJson("register_rows.held"))
    held_at: Mapped[datetime]
