"""Answers that repeat, such as the children: all rows of a group at once, or one taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.dossier import Origin
from core.errors import DossierError
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from forms_service.messages import say
from forms_service.services.applicant import parsed_answer, refuse_changed
from forms_service.services.base import UseCases
from forms_service.services.childrens_papers import follow_rows, rows_kept, settle_children
from forms_service.services.presenting import read_groups
from forms_service.services.views import Actor
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow


class GroupAnswers(UseCases):
    """Storing the rows of a group, with the papers that belong to each."""

    def answer_group(
        self,
        actor: Actor,
        dossier_id: str,
        group_id: str,
        rows: Sequence[Mapping[str, object]],
        expected_revision: int | None = None,
    ) -> dict[tuple[int, str], LocalizedText]:
        """Store all rows of a group; gives the problems by (row from 1, field).

        Raises:
            DossierError: As ``answer``; also ``unknown_group`` and ``too_many_rows``.
        """
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            spec = self.spec_of(dossier)
            typed = _typed_rows(spec, group_id, rows)
            repository = DossierRepository(session)
            current = repository.groups(dossier.id).get(group_id)
            if current is None or current.rows != typed:
                if current and expected_revision is not None and current.revision > expected_revision:
                    refuse_changed(spec.group(group_id).label)
                kept = rows_kept(current.rows if current else [], typed)
                self._put_rows(session, dossier, spec, actor, group_id, typed, kept)
            problems = read_groups(spec, repository.groups(dossier.id))[2]
            return {(number, name): text for (one, number, name), text in problems.items() if one == group_id}

    def answer_group_row(
        self,
        actor: Actor,
        dossier_id: str,
        group_id: str,
        number: int,
        row: Mapping[str, object],
        expected_revision: int | None = None,
        origin: Origin = Origin.SCREEN,
    ) -> tuple[int, dict[str, LocalizedText]]:
        """Store what is given of one row (from 1); gives where it stands now and the problems by field.

        Rows that others changed meanwhile do not matter.  A row added beside others comes after them, one
        that moved because another was taken away is found at its new place.

        Args:
            origin: Where its answers come from: typed, or read on a paper and taken over by this person.

        Raises:
            DossierError: ``changed_meanwhile`` when this very row was changed after ``expected_revision``;
                otherwise as ``answer_group``.
        """
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            spec = self.spec_of(dossier)
            (typed,) = _typed_rows(spec, group_id, [row])
            rows, seen = _rows_now_and_seen(session, dossier, group_id, expected_revision)
            place = _place_now(rows, seen, number)
            if place is None and number > len(seen):
                place = next((at for at in range(len(seen), len(rows)) if rows[at] == typed), len(rows))
            if place is None and rows[number - 1 : number] != [typed]:
                refuse_changed(spec.group(group_id).item_label.fill(n=number))
            place = number - 1 if place is None else place
            held = rows[place] if place < len(rows) else {}
            new = {name: value for name, value in held.items() if name not in row} | typed
            if place >= len(rows) or new != held:
                after = [*rows[:place], new, *rows[place + 1 :]]
                _typed_rows(spec, group_id, [{}] * len(after))
                kept = {at: at for at in range(1, len(rows) + 1)}
                self._put_rows(session, dossier, spec, actor, group_id, after, kept, origin)
            problems = read_groups(spec, DossierRepository(session).groups(dossier.id))[2]
            return place + 1, {
                name: text for (one, n, name), text in problems.items() if (one, n) == (group_id, place + 1)
            }

    def remove_group_row(
        self, actor: Actor, dossier_id: str, group_id: str, number: int, expected_revision: int | None = None
    ) -> None:
        """Take one row (from 1) away; papers of the rows after it follow, its own wait for a place.

        Raises:
            DossierError: As ``answer_group_row``.  A row that is not there is no error: it is gone already.
        """
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            spec = self.spec_of(dossier)
            rows, seen = _rows_now_and_seen(session, dossier, group_id, expected_revision)
            if not 1 <= number <= len(seen):
                return
            place = _place_now(rows, seen, number)
            if place is not None:
                after = [*rows[:place], *rows[place + 1 :]]
                # Its place and not its words: two children may still say the same.  Papers placed with
                # children who are not typed yet move up too.
                kept = {
                    at: at - (at > place)
                    for at in range(1, spec.group(group_id).maximum + 1)
                    if at != place + 1
                }
                self._put_rows(session, dossier, spec, actor, group_id, after, kept)
            elif len(rows) >= len(seen):
                refuse_changed(spec.group(group_id).item_label.fill(n=number))

    def _put_rows(
        self,
        session: Session,
        dossier: DossierRow,
        spec: FormSpec,
        actor: Actor,
        group_id: str,
        rows: list[dict[str, Any]],
        kept: Mapping[int, int],
        origin: Origin = Origin.SCREEN,
    ) -> None:
        """Let rows take over; each paper stays with the row (child) it was placed with, where that is kept."""
        repository = DossierRepository(session)
        current = repository.groups(dossier.id).get(group_id)
        at = self.touch(session, dossier, actor, "answered", {"groups": [group_id]})
        repository.put_group(
            dossier, group_id, rows, by=actor.id, at=at, replaces=current, origin=origin, kept=kept
        )
        session.flush()
        follow_rows(session, dossier, spec, group_id, kept, len(current.rows) if current else 0)
        settle_children(session, dossier, spec)


Rows = list[dict[str, Any]]


def _rows_now_and_seen(
    session: Session, dossier: DossierRow, group_id: str, expected_revision: int | None
) -> tuple[Rows, Rows]:
    """The rows in force, and those somebody had before them who saw that revision of the dossier."""
    repository = DossierRepository(session)
    current = repository.groups(dossier.id).get(group_id)
    rows = list(current.rows) if current else []
    if current is None or expected_revision is None or current.revision <= expected_revision:
        return rows, rows
    return rows, repository.group_rows_at(dossier.id, group_id, expected_revision)


def _place_now(rows: Rows, seen: Rows, number: int) -> int | None:
    """Where (from 0) the row stands now that was seen as ``number``; None when it is not as it was."""
    if not 1 <= number <= len(seen):
        return None
    row = seen[number - 1]
    if rows[number - 1 : number] == [row]:
        return number - 1
    return rows.index(row) if rows.count(row) == 1 else None


def _typed_rows(spec: FormSpec, group_id: str, rows: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
    """Rows as typed, with canonical values where they are valid."""
    try:
        group = spec.group(group_id)
    except KeyError:
        raise DossierError(say("unknown_group", group=group_id), code="unknown_group") from None
    if len(rows) > group.maximum:
        raise DossierError(
            say("too_many_rows", group=group.label, maximum=group.maximum), code="too_many_rows"
        )
    fields = {one.id: one for one in group.fields}
    unknown = sorted({name for row in rows for name in row if name not in fields})
    if unknown:
        raise DossierError(say("unknown_field", fields=", ".join(unknown)), code="unknown_field")
    typed: list[dict[str, Any]] = []
    for row in rows:
        kept: dict[str, Any] = {}
        for name, raw in row.items():
            value, text, _ = parsed_answer(fields[name], raw)
            if value is not None or text is not None:
                kept[name] = value if text is None else text
        typed.append(kept)
    return typed
