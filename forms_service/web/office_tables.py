"""What an operator takes away in a file: the figures, all of them, and the record as it was narrowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from core.localized_text import LocalizedText
from forms_service.locales import has
from forms_service.services.records import RecordLine
from forms_service.services.statistics import Statistics
from forms_service.storage.audit import SYSTEM_NAME
from forms_service.web.languages import language, translate
from forms_service.web.record_words import details_text
from forms_service.web.tables import Sheet

_OF_A_FIELD = (
    "form",
    "field",
    "part",
    "field_id",
    "read",
    "taken",
    "doubtful",
    "corrected",
    "mended",
    "asked_again",
)


def figures_sheets(found: Statistics) -> list[Sheet]:
    """Every figure of the page: the sums, arrivals by day, waiting, and reading by field."""
    return [
        Sheet(
            translate("figures.sums"), [translate("figures.figure"), translate("figures.value")], _sums(found)
        ),
        Sheet(
            translate("figures.arrivals"),
            [translate("figures.day"), translate("figures.deposits")],
            found.arrivals,
        ),
        Sheet(
            translate("figures.completeness"),
            [
                translate("figures.beginning"),
                translate("figures.complete"),
                translate("figures.first_deposits"),
            ],
            [(one.since, one.complete, one.deposits) for one in found.completeness],
        ),
        Sheet(
            translate("figures.waiting"),
            [translate("figures.days"), translate("figures.dossiers")],
            [(step_words(bound, found), number) for bound, number in found.waiting.steps],
        ),
        Sheet(
            translate("figures.fields"),
            [translate(f"figures.{one}") for one in _OF_A_FIELD],
            _by_field(found),
        ),
    ]


def _sums(found: Statistics) -> list[tuple[str, object]]:
    waiting = found.waiting
    return [
        (translate("figures.since"), found.since),
        (translate("figures.until"), found.until),
        (translate("figures.form"), found.form or translate("figures.all_forms")),
        (translate("figures.deposited"), sum(number for _, number in found.arrivals)),
        *([(translate("figures.drawn_name"), found.drawn)] if found.drawn else []),
        (translate("figures.open_now"), found.open_now),
        (translate("figures.decided"), waiting.decided),
        (translate("figures.median"), waiting.median_days),
        (translate("figures.nine_in_ten"), waiting.nine_in_ten_days),
        (translate("figures.complete"), found.complete_at_first),
        (translate("figures.first_deposits"), found.first_deposits),
    ]


def _by_field(found: Statistics) -> list[tuple[object, ...]]:
    def cell(value: object) -> object:
        return value.in_language(language()) if isinstance(value, LocalizedText) else value

    names = ("form_id", "label", *_OF_A_FIELD[2:])
    return [tuple(cell(getattr(one, name)) for name in names) for one in found.fields]


def step_words(bound: int | None, found: Statistics) -> str:
    """The words of one column of the waiting times: up to so many days, or more than the last."""
    if bound is not None:
        return translate("figures.up_to", n=bound)
    last = max(one for one, _ in found.waiting.steps if one is not None)
    return translate("figures.more_than", n=last)


def record_sheet(lines: Iterable[RecordLine], local: Callable[[datetime], datetime]) -> Sheet:
    """The record, line by line as it is read."""
    heads = [translate(f"record.{one}") for one in ("at", "person", "action", "reference", "details")]
    by_itself = translate("record.system")
    rows = (
        (
            local(one.at),
            by_itself if one.person == SYSTEM_NAME else one.person,
            action_words(one.action),
            one.reference,
            details_text(one),
        )
        for one in lines
    )
    return Sheet(translate("record.title"), heads, rows)


def action_words(action: str) -> str:
    """What was done, in words."""
    return translate(f"event.{action}") if has(f"event.{action}") else action
