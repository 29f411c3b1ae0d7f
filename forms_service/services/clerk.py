"""What a clerk does: scan what people bring, a stack at a time, and find dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.correction_slip import is_slip
from core.dates_in_text import fold_digits, fold_letters
from core.dossier import DossierState
from core.errors import FormsError, InvalidValue
from core.field_kinds import KINDS
from core.localized_text import Language, LocalizedText
from core.receipt import normalize_reference
from forms_service.ocr.refusals import refusal
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading
from forms_service.services.accounts import REGISTRATION
from forms_service.services.correction_slips import WITHOUT_DOSSIER, slip_refusal
from forms_service.services.left_pages import TAKES_PAPER, LeftPages
from forms_service.services.messages import say
from forms_service.services.presenting import FORM, summaries
from forms_service.services.uploads import plain_filename, sniff
from forms_service.services.views import Actor, DossierSummary, IntakeResult, PageFate
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AccountRow, AnswerRow, DossierRow, IntakeRow

_MOST_FOUND = 100
_ONE_LETTER = str.maketrans("ةى", "هي")
"""Letters that hands and keyboards take for one another at the end of an Arabic name."""


@dataclass(frozen=True, slots=True)
class _KeptFile:
    """One file of a stack: its original in the store, what became of its pages, pictures of those left."""

    name: str
    key: str
    fates: list[PageFate]
    leaves: dict[int, str]


class ClerkWork(LeftPages):
    """Taking stacks in and finding dossiers."""

    def find_dossiers(self, actor: Actor, query: str) -> list[DossierSummary]:
        """Dossiers by reference, registration number or name; the latest ones for an empty query."""
        self.require_role(actor, "clerk", "reviewer")
        words = " ".join(query.split())
        with self.database.reading() as session:
            repository = DossierRepository(session)
            words = fold_digits(words)
            reference = normalize_reference(words)
            rows = repository.search(reference or words) if words else repository.listed(limit=100)
            if words and not reference:
                known = {one.id for one in rows}
                rows += [one for one in self._named(session, words) if one.id not in known]
            if "clerk" not in actor.roles:
                rows = [one for one in rows if one.state != DossierState.DRAFT]
            return summaries(session, rows, self.catalogue)

    def counter_registration(self, actor: Actor, text: str) -> tuple[str, bool]:
        """The registration number of a person at the counter, and whether anything is known under it.

        Raises:
            InvalidValue: Nothing was given, or it is not one to nine digits.
        """
        self.require_role(actor, "clerk")
        number = KINDS["registration_number"].parse(text, REGISTRATION)
        if number is None:
            raise InvalidValue(say("registration_needed"), code="registration_needed")
        with self.database.reading() as session:
            account = select(AccountRow.id).where(AccountRow.login == number)
            dossier = select(DossierRow.id).where(DossierRow.registration == number)
            known = any(session.scalar(query.limit(1)) is not None for query in (account, dossier))
        return str(number), known

    def intake_scan(self, actor: Actor, files: Iterable[tuple[str, bytes]]) -> IntakeResult:
        """Split a stack of scans into dossiers by the reference on each page.

        A valid reference nobody used yet opens a dossier; so does a run of pages without reference
        that begins with a form's first page.  Every original is kept, whatever becomes of it, and
        every page's fate is told; what could not be filed waits in ``left_pages``.
        """
        self.require_role(actor, "clerk")
        opened: list[str] = []
        found: list[str] = []
        fates: list[PageFate] = []
        kept: list[_KeptFile] = []
        for given_name, data in files:
            name = plain_filename(given_name)
            limit = self.adapters.config.max_upload_bytes
            if len(data) > limit:
                fates.append(_unreadable(name, refusal("file_too_large", name, limit // 1024 // 1024)))
                continue
            key = self.objects.put(data)
            told = self._sort_file(actor, name, data, opened, found)
            left = [one.page for one in told if one.fate not in ("filed", "unreadable")]
            leaves = self.cut_leaves(name, data, left) if left else {}
            kept.append(_KeptFile(name, key, told, leaves))
            fates += told
        self._note_intake(actor, kept, fates)
        fates.sort(key=lambda fate: (fate.file, fate.page))
        return IntakeResult(tuple(dict.fromkeys(opened)), tuple(dict.fromkeys(found)), tuple(fates))

    # --- details --------------------------------------------------------------------------------

    def _named(self, session: Session, words: str) -> list[DossierRow]:
        """Dossiers in whose names, in either script, every word occurs, however it is spelled."""
        names = {
            one.id
            for spec in self.catalogue.forms()
            for one in spec.fields()
            if one.kind in ("latin_name", "arabic_name")
        }
        current = select(AnswerRow.dossier_id, AnswerRow.value).where(
            AnswerRow.space == FIELD, AnswerRow.name.in_(names), AnswerRow.superseded_at.is_(None)
        )
        spelled: dict[str, str] = {}
        for dossier_id, value in session.execute(current):
            if value:
                spelled[dossier_id] = f"{spelled.get(dossier_id, '')} {_spelling(str(value['value']))}"
        sought = _spelling(words).split()
        ids = [one for one, text in spelled.items() if all(word in text for word in sought)]
        return DossierRepository(session).listed(DossierRow.id.in_(ids[:_MOST_FOUND]), limit=_MOST_FOUND)

    def _sort_file(
        self, actor: Actor, name: str, data: bytes, opened: list[str], found: list[str]
    ) -> list[PageFate]:
        if not data:
            return [_unreadable(name, refusal("empty_file", name))]
        if sniff(data) is None:
            return [_unreadable(name, refusal("unsupported_type", name))]
        config = self.adapters.config
        request = ReadingRequest("sort", name, str(config.spec_folder.resolve()))
        try:
            with run_reading(request, data, config.reading, config.scratch_folder) as outcome:
                sorted_pages = outcome.result
                parts = [(part, outcome.image(part["file"])) for part in sorted_pages["parts"]]
        except ReadingFailed:
            return [PageFate(name, 1, "unreadable", say("reading_failed"))]
        if sorted_pages["refused"]:
            told = sorted_pages["refused"]
            return [PageFate(name, 1, "unreadable", LocalizedText(told["ar"], told["fr"]))]
        fates = []
        for part, content in parts:
            fates += self._file_part(actor, name, part, content, opened, found)
        fates += self._fates_of_covers(name, sorted_pages)
        told_of = {fate.page for fate in fates}
        return fates + [
            PageFate(name, page, "unidentified", say("unidentified"))
            for page in range(1, sorted_pages["pages"] + 1)
            if page not in told_of
        ]

    def _file_part(
        self,
        actor: Actor,
        name: str,
        part: Mapping[str, Any],
        content: bytes,
        opened: list[str],
        found: list[str],
    ) -> list[PageFate]:
        """File the pages of one dossier, or tell why not."""
        printed = part["reference"]
        reference = normalize_reference(printed) if printed else None
        if not part["known"]:
            return _same_fate(name, part, "unknown_form", say("unknown_form"))
        if printed and reference is None:
            return _same_fate(name, part, "invalid_reference", say("invalid_reference"))
        key = self.objects.put(content)
        with self.database.writing() as session:
            row = (
                DossierRepository(session).find_by_reference(reference, to_change=True) if reference else None
            )
            if row is not None and (problem := _refusal_of(row, part)):
                return _same_fate(name, part, "invalid_reference", problem)
            if is_slip(part["variant"]) and (problem := self._slip_refusal(session, row, part)):
                return _same_fate(name, part, "slip_not_expected", problem)
            if row is None:
                row = self._open_for_paper(session, actor, part, reference)
                opened.append(row.id)
            elif row.id not in opened:
                found.append(row.id)
            try:
                as_type = None if part.get("loose") else FORM
                self.take_in(session, row, actor, _part_name(name, part), content, key, as_type, None)
            except FormsError as problem:
                return _same_fate(name, part, "not_taken", problem.message)
            return [
                PageFate(
                    file=name,
                    page=place + 1,
                    fate="filed",
                    message=say("filed", reference=row.reference),
                    dossier_id=row.id,
                    reference=row.reference,
                    form_page=form_page,
                )
                for place, form_page in zip(part["pages"], part["form_pages"], strict=True)
            ]

    def _slip_refusal(
        self, session: Session, row: DossierRow | None, part: Mapping[str, Any]
    ) -> LocalizedText | None:
        """Why a correction slip stays on the table: a slip never opens a dossier."""
        if row is None:
            return WITHOUT_DOSSIER
        return slip_refusal(session, row, self.spec_of(row), [part["variant"]])

    def _fates_of_covers(self, name: str, sorted_pages: Mapping[str, Any]) -> list[PageFate]:
        """Cover sheets and blank backs are told apart but not kept in a dossier: they say nothing of it."""
        fates = [PageFate(name, place + 1, "filed", say("blank_page")) for place in sorted_pages["blanks"]]
        with self.database.reading() as session:
            for cover in sorted_pages["covers"]:
                known = normalize_reference(cover["reference"])
                row = DossierRepository(session).find_by_reference(known) if known else None
                message = say("cover_sheet", reference=cover["reference"])
                dossier_id, reference = (row.id, row.reference) if row else (None, None)
                fates.append(PageFate(name, cover["page"] + 1, "filed", message, dossier_id, reference))
        return fates

    def _open_for_paper(
        self, session: Session, actor: Actor, part: Mapping[str, Any], reference: str | None
    ) -> DossierRow:
        spec = self.catalogue.get(part["form"], part["version"])
        return self.new_dossier(session, actor, spec, Language.AR, None, reference)

    def _note_intake(self, actor: Actor, kept: list[_KeptFile], fates: list[PageFate]) -> None:
        with self.database.writing() as session:
            row = IntakeRow(
                id=self.new_id(),
                files=[{"name": one.name, "object": one.key} for one in kept],
                pages=[
                    {"file": one.file, "page": one.page, "fate": one.fate, "dossier": one.dossier_id}
                    for one in fates
                ],
                scanned_by=actor.id,
                scanned_at=self.now(),
            )
            session.add(row)
            session.flush()
            for one in kept:
                unfiled = [fate for fate in one.fates if fate.fate != "filed"]
                self.leave_pages(session, row.id, one.key, unfiled, one.leaves)
            self.note(session, None, actor, "stack_scanned", {"intake": row.id, "pages": len(fates)})


def _spelling(text: str) -> str:
    return fold_letters(text).translate(_ONE_LETTER)


def _refusal_of(row: DossierRow, part: Mapping[str, Any]) -> LocalizedText | None:
    if (row.form_id, row.form_version) != (part["form"], part["version"]):
        return say("reference_of_other_form")
    if DossierState(row.state) not in TAKES_PAPER:
        return say("dossier_closed", reference=row.reference)
    return None


def _same_fate(name: str, part: Mapping[str, Any], fate: str, message: LocalizedText) -> list[PageFate]:
    return [
        PageFate(name, place + 1, fate, message, form_page=form_page)
        for place, form_page in zip(part["pages"], part["form_pages"], strict=True)
    ]


def _unreadable(name: str, problem: FormsError) -> PageFate:
    return PageFate(name, 1, "unreadable", problem.message)


def _part_name(name: str, part: Mapping[str, Any]) -> str:
    """The file's name with the pages it holds, when it is only some of them."""
    if part["file"].endswith(".whole"):
        return name
    pages = "-".join(str(place + 1) for place in part["pages"][:6])
    return plain_filename(f"{name.rpartition('.')[0] or name} ({pages}).pdf")
