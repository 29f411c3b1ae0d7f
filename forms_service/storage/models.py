"""The tables.  Nothing here is particular to SQLite: PostgreSQL is chosen by the database's URL.

Values a person gave are never updated in place: a new row takes over and the old one keeps the
time it was superseded, so that every answer keeps its history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, Integer, MetaData, String, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from forms_service.storage.sealed_columns import PinnedText, SealedJson, SealedText

if TYPE_CHECKING:
    from forms_service.storage.audit_models import AuditNameRow

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite forgets time zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody could tell later which clock they came from."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Common metadata: constraint names that Alembic can drop on every database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        datetime: UtcTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


def only_where(condition: str) -> dict[str, Any]:
    """Keep an index to the rows that queries with that very condition ask for, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


PINNED = 160
"""Characters that a login or a number takes where it lies pinned."""

STEM = 5
"""How many first signs of a number it is found by, where only its beginning is known."""


class AccountRow(Base):
    """Somebody who may sign in; ``used_at`` is the day they last did, to know which accounts lie unused."""

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(PinnedText("number", PINNED), unique=True)
    login_stem: Mapped[str] = mapped_column(
        PinnedText("number.stem", 64), default="", server_default="", index=True
    )
    name: Mapped[str] = mapped_column(SealedText("account.name"))
    roles: Mapped[list[Any]]
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="0")
    agency: Mapped[str] = mapped_column(String(64), default="", server_default="")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (Index("ix_account_agency", "agency", **only_where("agency <> ''")),)

    @validates("login")
    def _keep_stem(self, _name: str, login: str) -> str:
        self.login_stem = login[:STEM]
        return login


class DossierRow(Base):
    """One application.  ``reference`` stands in the page identity of every page printed for it.

    ``state`` is its stage; ``step`` where it stands in its form's own course, empty in the standard one.
    Once ``erased_at`` is set it tells of nobody any more, and no query finds it (``privacy_models``).
    """

    __tablename__ = "dossier"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    opened_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(32))
    step: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer, default=0)
    on_file: Mapped[list[Any]] = mapped_column(default=list)
    declared: Mapped[list[Any]] = mapped_column(default=list)
    owner_name: Mapped[str] = mapped_column(SealedText("dossier.owner_name"), default="")
    registration: Mapped[str] = mapped_column(PinnedText("number", PINNED), default="", index=True)
    registration_stem: Mapped[str] = mapped_column(
        PinnedText("number.stem", 64), default="", server_default="", index=True
    )
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    deposited_at: Mapped[datetime | None]
    physical_check: Mapped[bool | None]
    receipt: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("dossier.receipt"))
    receipt_object: Mapped[str | None] = mapped_column(String(80), index=True)
    decision_note: Mapped[str | None] = mapped_column(SealedText("dossier.decision_note"))
    decided_at: Mapped[datetime | None]
    held_by: Mapped[str | None] = mapped_column(String(32), index=True)
    held_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_dossier_queue", "state", "deposited_at", "id", "erased_at"),
        Index("ix_dossier_arrivals", "deposited_at", "form_id", "id", "decided_at"),
        Index("ix_dossier_decided", "decided_at", **only_where("erased_at IS NULL")),
        Index("ix_dossier_changed", "changed_at", **only_where("erased_at IS NULL")),
    )

    @validates("registration")
    def _keep_stem(self, _name: str, registration: str) -> str:
        self.registration_stem = registration[:STEM]
        return registration


class AnswerRow(Base):
    """One answer with where it comes from.  ``space`` is ``field`` or ``fact``.

    ``raw`` keeps what was typed when it is not a valid value, so that nothing typed is lost.
    """

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    space: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(128))
    value: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("answer.value"))
    raw: Mapped[str | None] = mapped_column(SealedText("answer.raw"))
    problem: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("answer.problem"))
    origin: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float | None]
    given_by: Mapped[str | None] = mapped_column(String(32))
    given_at: Mapped[datetime]
    revision: Mapped[int]
    superseded_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_answer_current", "dossier_id", "superseded_at"),)


class GroupRow(Base):
    """All rows of one repeating group (``children``), as one list: rows have no identity of their own.

    ``origins`` has, row by row and by field, where each answer comes from (``row_origins``).
    """

    __tablename__ = "answer_group"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    group_id: Mapped[str] = mapped_column(String(64))
    rows: Mapped[list[Any]] = mapped_column(SealedJson("answer_group.rows"))
    origins: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    given_by: Mapped[str | None] = mapped_column(String(32))
    given_at: Mapped[datetime]
    revision: Mapped[int]
    superseded_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_answer_group_current", "dossier_id", "superseded_at"),)


class AttachmentRow(Base):
    """One upload, its original in the object store, and what the machine found.

    ``origin`` is ``upload``, or ``screen`` for a form the service made from the answers at the deposit.
    ``declared_child`` is the child a person placed it under; ``child`` that, or the one its facts name.
    ``seen_as`` is the class it clearly is instead of what it was sent as; nothing once a person insists.
    """

    __tablename__ = "attachment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    position: Mapped[int]
    filename: Mapped[str] = mapped_column(SealedText("attachment.filename"))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    object_key: Mapped[str] = mapped_column(String(80), index=True)
    declared_type: Mapped[str | None] = mapped_column(String(64))
    type: Mapped[str | None] = mapped_column(String(64))
    child: Mapped[int | None]
    declared_child: Mapped[int | None]
    is_form: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(String(16), default="upload", server_default="upload")
    status: Mapped[str] = mapped_column(String(16), index=True)
    message: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("attachment.message"))
    facts: Mapped[dict[str, Any]] = mapped_column(SealedJson("attachment.facts"), default=dict)
    fact_confidences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    warnings: Mapped[list[Any]] = mapped_column(SealedJson("attachment.warnings"), default=list)
    valid_until: Mapped[str | None] = mapped_column(SealedText("attachment.valid_until"))
    confidence: Mapped[float | None]
    seen_as: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(String(16))
    decision_reason: Mapped[str | None] = mapped_column(SealedText("attachment.decision_reason"))
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None]
    uploaded_by: Mapped[str] = mapped_column(String(32))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_attachment_removed", "id", **only_where("removed_at IS NOT NULL")),)


class PageRow(Base):
    """One page image of an upload, re-encoded by us: originals are never shown."""

    __tablename__ = "page"
    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    image_object: Mapped[str] = mapped_column(String(80), index=True)
    form_id: Mapped[str | None] = mapped_column(String(64))
    form_version: Mapped[int | None]
    form_page: Mapped[int | None]
    form_pages: Mapped[int | None]
    variant: Mapped[str] = mapped_column(String(64), default="", server_default="")
    reference: Mapped[str | None] = mapped_column(String(32))
    registered: Mapped[bool] = mapped_column(default=False)


class ExtractionRow(Base):
    """One answer read from paper, and what a person made of it.

    ``evidence_kept`` names the row of ``reading_evidence`` that says whether it was right.
    """

    __tablename__ = "extraction"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachment.id"))
    position: Mapped[int]
    field_id: Mapped[str] = mapped_column(String(128))
    raw: Mapped[str] = mapped_column(SealedText("extraction.raw"))
    value: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("extraction.value"))
    confidence: Mapped[float]
    page: Mapped[int]
    box: Mapped[list[Any]]
    verdict: Mapped[str] = mapped_column(String(16))
    engine: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(64))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("extraction.evidence"))
    decision: Mapped[str | None] = mapped_column(String(16))
    decision_reason: Mapped[str | None] = mapped_column(String(32))
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None]
    evidence_kept: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        # whatever is counted of readings: their rows are twenty times as wide, most of it sealed
        Index(
            "ix_extraction_counted",
            "dossier_id",
            "field_id",
            "verdict",
            "attachment_id",
            "decision",
            "decided_by",
            "decided_at",
            "reason",
        ),
    )


class ReadingEvidenceRow(Base):
    """What spoke for a reading that a reviewer settled, and whether it was right; nothing of whose it was.

    The id is drawn at random: not even the order of the rows says where they come from.
    """

    __tablename__ = "reading_evidence"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    evidence: Mapped[dict[str, Any]]
    confidence: Mapped[float]
    right: Mapped[bool]


class HonourDeclarationRow(Base):
    """Words a person declared on their honour at deposit: who, when, and exactly which words."""

    __tablename__ = "honour_declaration"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    declaration: Mapped[str] = mapped_column(String(64))
    text: Mapped[dict[str, Any]] = mapped_column(SealedJson("honour_declaration.text"))
    declared_by: Mapped[str] = mapped_column(String(32))
    declared_at: Mapped[datetime]


class EarlierReceiptRow(Base):
    """A receipt that a later one replaced: it stays genuine, and whoever holds it may check it."""

    __tablename__ = "earlier_receipt"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    receipt: Mapped[dict[str, Any]] = mapped_column(SealedJson("earlier_receipt.receipt"))
    receipt_object: Mapped[str | None] = mapped_column(String(80), index=True)
    replaced_at: Mapped[datetime]


class ReceiptRevocationRow(Base):
    """A receipt the fund took back.  ``reason`` is a code everybody is told; ``note`` stays in the fund.

    ``digest`` is that of the receipt's facts: one dossier may have several receipts.
    """

    __tablename__ = "receipt_revocation"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(SealedText("receipt_revocation.note"))
    revoked_by: Mapped[str] = mapped_column(String(200))
    revoked_at: Mapped[datetime]


class CorrectionRow(Base):
    """What a reviewer asked the applicant to mend; ``reasons`` holds a coded reason by field, where given."""

    __tablename__ = "correction_request"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    fields: Mapped[list[Any]]
    documents: Mapped[list[Any]]
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    message: Mapped[str] = mapped_column(SealedText("correction_request.message"))
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class IntakeRow(Base):
    """A stack a clerk scanned.

    ``state`` is ``waiting``, ``sorting``, ``done`` or ``failed``; ``by_position`` says whether sheets
    without a code belong to the form before them.
    """

    __tablename__ = "intake"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    scanned_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    scanned_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting", server_default="done", index=True)
    by_position: Mapped[bool] = mapped_column(default=False, server_default="0")


class StackFileRow(Base):
    """One file of a stack: its original, and how many pages it has once that is known.

    ``message`` says why it could not be opened; ``earlier`` is the stack the very same file came in before.
    """

    __tablename__ = "stack_file"
    intake_id: Mapped[str] = mapped_column(ForeignKey("intake.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(SealedText("stack_file.name"))
    object_key: Mapped[str] = mapped_column(String(80), index=True)
    pages: Mapped[int | None]
    message: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("stack_file.message"))
    earlier: Mapped[str | None] = mapped_column(String(32))


class StackOriginalRow(Base):
    """The bytes of a file that came in a stack: held while it is decided whether they came before.

    Two requests with the same file wait for each other here, whatever database keeps it.
    """

    __tablename__ = "stack_original"
    object_key: Mapped[str] = mapped_column(String(80), primary_key=True)


class StackSheetRow(Base):
    """One sheet of a stack: what was seen on it, then what became of it.

    ``seen`` holds what the looking process told; ``fate`` stays empty until the sheet is filed or left.
    """

    __tablename__ = "stack_sheet"
    intake_id: Mapped[str] = mapped_column(ForeignKey("intake.id"), primary_key=True)
    file: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[dict[str, Any]] = mapped_column(SealedJson("stack_sheet.seen"))
    fate: Mapped[str | None] = mapped_column(String(32))
    message: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("stack_sheet.message"))
    remarks: Mapped[list[Any]] = mapped_column(SealedJson("stack_sheet.remarks"), default=list)
    form_page: Mapped[int | None]
    dossier_id: Mapped[str | None] = mapped_column(ForeignKey("dossier.id"))
    opened: Mapped[bool] = mapped_column(default=False)


class LeftPageRow(Base):
    """A page of a stack that no dossier could be found for, until a clerk says whose it is.

    ``number`` is its page in the file, 0 when the file could not be opened at all; ``page_object`` is
    the page alone as a picture of ours, None when there is none; ``suggested`` is the reference of the
    form it lay behind.
    """

    __tablename__ = "left_page"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    intake_id: Mapped[str] = mapped_column(ForeignKey("intake.id"), index=True)
    file: Mapped[str] = mapped_column(SealedText("left_page.file"))
    number: Mapped[int]
    original_object: Mapped[str] = mapped_column(String(80), index=True)
    page_object: Mapped[str | None] = mapped_column(String(80), index=True)
    form_page: Mapped[int | None]
    fate: Mapped[str] = mapped_column(String(32))
    message: Mapped[dict[str, Any]] = mapped_column(SealedJson("left_page.message"))
    suggested: Mapped[str | None] = mapped_column(String(32))
    scanned_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(SealedText("left_page.reason"))
    attachment_id: Mapped[str | None] = mapped_column(ForeignKey("attachment.id"))
    settled_by: Mapped[str | None] = mapped_column(String(32))
    settled_at: Mapped[datetime | None]


class KeptTypingRow(Base):
    """What somebody had typed on one page when their session ended; shown once more, then forgotten."""

    __tablename__ = "kept_typing"
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(255))
    typed: Mapped[list[Any]] = mapped_column(SealedJson("kept_typing.typed"))
    kept_at: Mapped[datetime]


class AuditRow(Base):
    """Who did what when.  Details name fields and documents, never their contents.

    ``revision`` is that of the dossier after the change; None for what changed no dossier.  No foreign key
    leads to the dossier: the record outlives what it tells of.  ``name_digest`` stands for the actor's name,
    which lies apart so that it can be erased (``audit_models``).
    """

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str | None] = mapped_column(String(32), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(32))
    name_digest: Mapped[str] = mapped_column(ForeignKey("audit_name.digest"), index=True)
    action: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]
    revision: Mapped[int | None]
    who: Mapped[AuditNameRow] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_action", "action", "at", "dossier_id", "id"),
        Index("ix_audit_actor", "actor_id", "at"),
    )

    @property
    def actor_name(self) -> str:
        """Who it was; empty once the name was erased."""
        return self.who.name or ""


class WorkerLeaseRow(Base):
    """A living worker's heartbeat: work of a worker without one is taken over by the others."""

    __tablename__ = "worker_lease"
    executor_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)
