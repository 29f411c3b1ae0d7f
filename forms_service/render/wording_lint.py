"""Remarks on the words of a form's paper, from where they were really set: overlaps, sizes, balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from core.form_spec import FormSpec, StaticText
from core.localized_text import Language, Script, dominant_script
from core.placement import BoxMm, Placement, corner_mark_boxes, qr_box
from forms_service.render.artwork import Role, Words
from forms_service.render.layout import PrintedForm
from forms_service.render.lint_advice import Advice, advise
from forms_service.render.page_furniture import FIRST_BODY_TOP, NEXT_BODY_TOP
from forms_service.render.paper_grid import (
    BODY_BOTTOM,
    CONTENT_WIDTH,
    LABEL_FLOOR_PT,
    LEFT,
    RIGHT,
    TEXT_COLUMN_GAP,
    density,
)
from forms_service.render.typography import text_width_mm, wrap
from forms_service.render.wordings import Wording, printed_wordings, text_subject

_OVERLAP_MM = 0.6
_EDGE_MM = 0.6
_LEAST_PAGE_SHARE = 0.25
_MANY_LINES = 4
_TWICE = 2.0
_LEAST_LETTERS = 3
_SHOWN_LETTERS = 48
_FILLED = 0.9
_LABEL_GAP_MM = 2.5


@dataclass(frozen=True)
class _Page:
    """The words and boxes of one page."""

    number: int
    words: tuple[Words, ...]
    placements: tuple[Placement, ...]

    @property
    def top(self) -> float:
        return FIRST_BODY_TOP if self.number == 1 else NEXT_BODY_TOP

    @cached_property
    def body(self) -> tuple[Words, ...]:
        """The words between the head and the foot."""
        return tuple(one for one in self.words if one.box.bottom > self.top and not _is_foot(one))


def _is_foot(words: Words) -> bool:
    is_furniture = any(element.role is Role.ARTIFACT for element in words.path)
    return is_furniture and words.baseline > BODY_BOTTOM


def wording_advice(form: PrintedForm) -> list[Advice]:
    """Every remark on printed words, page by page, then on what they say."""
    index = _WordingIndex(form.spec)
    remarks: list[Advice] = []
    for number, artwork in enumerate(form.artwork, 1):
        words = tuple(piece for piece in artwork if isinstance(piece, Words) and piece.text.strip())
        page = _Page(number, words, form.layout.on_page(number))
        remarks += [
            *_overlaps(page, index),
            *_off_page(page, index),
            *_shrunk(page, index),
            *(_emptiness(page, index) if form.layout.pages > 1 else ()),
        ]
    remarks += _balance(form.spec)
    remarks += _scripts(form.spec)
    remarks += _unused_footnotes(form.spec)
    return remarks


class _WordingIndex:
    """Finds the wording of the spec that printed words belong to."""

    def __init__(self, spec: FormSpec) -> None:
        self.wordings = list(printed_wordings(spec))
        self.exact: dict[tuple[Language, str], Wording] = {}
        for one in self.wordings:
            for language in Language:
                self.exact.setdefault((language, _plain(one.printed(language))), one)

    def find(self, words: Words) -> Wording | None:
        """The wording these words are a line or the whole of."""
        text = _plain(words.text)
        exact = self.exact.get((Language(words.language), text))
        if exact is not None or sum(map(str.isalpha, text)) < _LEAST_LETTERS:
            return exact
        return next(
            (one for one in self.wordings if text in _plain(one.printed(Language(words.language)))), None
        )

    def subject(self, words: Words) -> str:
        """Name of the wording; the title when the words are not the form's own."""
        found = self.find(words)
        return found.subject if found else "title"


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def _overlaps(page: _Page, index: _WordingIndex) -> Iterator[Advice]:
    words = sorted(page.words, key=lambda one: one.box.y)
    for number, first in enumerate(words):
        for second in words[number + 1 :]:
            if second.box.y >= first.box.bottom:
                break
            if first.text != second.text and _cover(first.box, second.box):
                yield advise(
                    "text_over_text",
                    index.subject(first),
                    text=_shown(first.text),
                    other=_shown(second.text),
                    page=page.number,
                )
    for one in page.words:
        for placement in page.placements:
            if one in page.body and _cover(one.box, placement.frame or placement.box):
                yield advise(
                    "text_over_box",
                    index.subject(one),
                    text=_shown(one.text),
                    box=placement.field_id,
                    page=page.number,
                )


def _cover(first: BoxMm, second: BoxMm) -> bool:
    across = min(first.right, second.right) - max(first.x, second.x)
    down = min(first.bottom, second.bottom) - max(first.y, second.y)
    return across > _OVERLAP_MM and down > _OVERLAP_MM


def _off_page(page: _Page, index: _WordingIndex) -> Iterator[Advice]:
    kept_white = (*corner_mark_boxes(), qr_box())
    for one in page.words:
        box = one.box
        leaves = box.x < LEFT - _EDGE_MM or box.right > RIGHT + _EDGE_MM
        runs_below = one in page.body and box.bottom > BODY_BOTTOM + _EDGE_MM
        if leaves or runs_below or any(_cover(box, mark) for mark in kept_white):
            yield advise("text_off_page", index.subject(one), text=_shown(one.text), page=page.number)
    for placement in page.placements:
        if (placement.frame or placement.box).bottom > BODY_BOTTOM + _EDGE_MM:
            yield advise("box_off_page", placement.field_id, page=page.number)


def _shrunk(page: _Page, index: _WordingIndex) -> Iterator[Advice]:
    """The labels that made their row as small as it may be; the others only keep them company."""
    for one in sorted(page.words, key=lambda words: -words.width):
        if one.size_pt > LABEL_FLOOR_PT + 0.02 or sum(map(str.isalpha, one.text)) < _LEAST_LETTERS:
            continue
        found = index.find(one)
        if found is not None and found.is_label and _fills_its_place(one, found, page):
            yield advise("label_at_floor", found.subject, text=_shown(one.text), size=f"{one.size_pt:.1f}")


def _fills_its_place(words: Words, wording: Wording, page: _Page) -> bool:
    frames = [one.frame or one.box for one in page.placements if one.field_id == wording.subject]
    if not frames:
        return True
    both = sum(text_width_mm(wording.printed(language), words.size_pt) for language in Language)
    room = frames[0].width * _FILLED
    return words.width > room or both + _LABEL_GAP_MM > room


def _emptiness(page: _Page, index: _WordingIndex) -> Iterator[Advice]:
    lowest = max(
        [one.box.bottom for one in page.body] + [(one.frame or one.box).bottom for one in page.placements],
        default=page.top,
    )
    share = (lowest - page.top) / (BODY_BOTTOM - page.top)
    if share < _LEAST_PAGE_SHARE and page.body:
        first = min(page.body, key=lambda one: one.box.y)
        yield advise("empty_page", index.subject(first), page=page.number, share=max(1, round(100 * share)))


# --- what the words say ----------------------------------------------------------------------------


def _balance(spec: FormSpec) -> Iterator[Advice]:
    size = density(0.5).text_pt
    room = (CONTENT_WIDTH - TEXT_COLUMN_GAP) / 2
    texts = [
        (text_subject(section.id, number), row.text)
        for section in spec.sections
        for number, row in enumerate(section.rows, 1)
        if isinstance(row, StaticText)
    ]
    texts += [(f"footnote {mark}", note) for mark, note in spec.footnotes.items()]
    for subject, text in texts:
        french, arabic = (len(wrap(words, room, size)) for words in (text.fr, text.ar))
        more, fewer = max(french, arabic), min(french, arabic)
        if more >= _MANY_LINES and more > _TWICE * fewer:
            yield advise("unbalanced_text", subject, french=french, arabic=arabic)


def _scripts(spec: FormSpec) -> Iterator[Advice]:
    for one in printed_wordings(spec):
        if dominant_script(one.text.ar) is Script.LATN and _has_words(one.text.ar):
            yield advise("arabic_forgotten", one.subject, text=_shown(one.text.ar))
        if dominant_script(one.text.fr) is Script.ARAB:
            yield advise("french_forgotten", one.subject, text=_shown(one.text.fr))


def _has_words(text: str) -> bool:
    """Whether Latin letters are words: a site's address or an abbreviation needs no translation."""
    return any(word.isalpha() and not word.isupper() and len(word) > _LEAST_LETTERS for word in text.split())


def _unused_footnotes(spec: FormSpec) -> Iterator[Advice]:
    wordings = [one for one in printed_wordings(spec) if not one.subject.startswith("footnote ")]
    listed = {mark for section in spec.sections for mark in section.footnotes}
    for mark in spec.footnotes:
        sign = f"({mark.strip('()')})"
        is_behind_label = any(mark in one.marks for one in wordings if not _is_bar(one, spec))
        is_written = any(sign in one.text.fr or sign in one.text.ar for one in wordings)
        if not is_behind_label and not is_written and mark not in listed:
            yield advise("unused_footnote", f"footnote {mark}", mark=mark)


def _is_bar(one: Wording, spec: FormSpec) -> bool:
    return any(section.id == one.subject for section in spec.sections)


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_LETTERS else text[: _SHOWN_LETTERS - 1].rstrip() + "…"
