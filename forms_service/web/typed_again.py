"""A page with what somebody had typed on it put back into its boxes, whichever page and form it is.

A page knows nothing of this: the form is found in its markup by the address it is sent to, and its boxes by
their names.  So no page can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from markupsafe import escape
from werkzeug.datastructures import MultiDict

_PIECE = re.compile(
    r"(?P<skipped><!--.*?-->|<(?P<raw>script|style)\b.*?</(?P=raw)>)"
    r"|<textarea(?P<area>(?:\"[^\"]*\"|[^>\"])*)>(?P<words>.*?)</textarea>"
    r"|<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_NOT_FILLED = frozenset({"password", "file", "submit", "button", "image", "reset"})


@dataclass(slots=True)
class _Tag:
    """One tag of a page: where it stands and what it says."""

    name: str
    start: int
    end: int
    attributes: dict[str, str]
    folds: tuple[_Tag, ...] = ()
    words: str = ""
    options: list[_Tag] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.attributes.get("type", "text").lower() if self.name == "input" else self.name


@dataclass(slots=True)
class _Form:
    """One form of a page with its boxes, wherever on the page they stand."""

    tag: _Tag
    boxes: list[_Tag] = field(default_factory=list)


def typed_again(
    page: str, path: str, place: str, typed: MultiDict[str, str], notices: tuple[str, str]
) -> str:
    """The page as its reader had left it, and a notice that says so.

    Args:
        path: Of the page itself: forms that name no address are sent there.
        place: Where the form was sent that is to be filled.
        typed: Names and texts as they were sent.
        notices: What is put before the form when something of it is shown again; what is put at the top
            when there was nothing to type.  A page that has no such form stays as it is.
    """
    forms, main = _read(page)
    fitting = [one for one in forms if urlsplit(one.tag.attributes.get("action") or path).path == place]
    if not fitting:
        return page
    form = max(fitting, key=lambda one: _likeness(one, typed))
    edits: dict[int, tuple[int, str]] = {}
    shown, opened = False, set()
    counts: dict[str, int] = {}
    for box in form.boxes:
        changed = _filled(box, typed, counts)
        if changed is None:
            continue
        shown = shown or box.kind != "hidden"
        edits |= changed
        if changed:
            opened |= {one.start for one in box.folds}
            edits |= {one.start: (one.end, _unfolded(one)) for one in box.folds}
    edits |= {one.start: (one.end, _unfolded(one)) for one in form.tag.folds}
    said = notices[0] if shown else notices[1]
    at = form.tag.start if shown or main is None else main.end
    edits[at] = (edits.get(at, (at, ""))[0], said + edits[at][1]) if at in edits else (at, said)
    for start in sorted(edits, reverse=True):
        end, text = edits[start]
        page = page[:start] + text + page[end:]
    return page


def _read(page: str) -> tuple[list[_Form], _Tag | None]:
    """The forms that are posted, and where the page's own part begins."""
    forms: list[_Form] = []
    boxes: list[tuple[_Form | None, _Tag]] = []
    inside: _Form | None = None
    folds: list[_Tag] = []
    select: _Tag | None = None
    main: _Tag | None = None
    for tag, ends in _tags(page):
        tag.folds = tuple(folds)
        if tag.name == "details":
            folds = folds[:-1] if ends else [*folds, tag]
        elif tag.name == "form":
            inside = None if ends else _Form(tag)
            if inside is not None and tag.attributes.get("method", "").lower() == "post":
                forms.append(inside)
        elif tag.name == "select":
            select = None if ends else tag
            if not ends:
                boxes.append((inside, tag))
        elif tag.name == "option" and select is not None and not ends:
            select.options.append(tag)
        elif tag.name in ("input", "textarea"):
            boxes.append((inside, tag))
        elif tag.name == "main" and not ends:
            main = tag
    named = {one.tag.attributes["id"]: one for one in forms if "id" in one.tag.attributes}
    for around, box in boxes:
        owner = named.get(box.attributes.get("form", "")) or around
        if owner is not None and box.attributes.get("name"):
            owner.boxes.append(box)
    return forms, main


def _tags(page: str) -> Iterator[tuple[_Tag, bool]]:
    for piece in _PIECE.finditer(page):
        if piece["skipped"]:
            continue
        name = (piece["name"] or "textarea").lower()
        said = piece["area"] if piece["name"] is None else piece["attributes"]
        attributes = {
            one[1].lower(): unescape(next((text for text in one.groups()[1:] if text is not None), ""))
            for one in _ATTRIBUTE.finditer(said)
        }
        yield (
            _Tag(name, piece.start(), piece.end(), attributes, words=unescape(piece["words"] or "")),
            piece["end"] == "/",
        )


def _likeness(form: _Form, typed: MultiDict[str, str]) -> int:
    """Of several forms sent to one address: how well its hidden fields agree with what was sent."""
    hidden = [one for one in form.boxes if one.kind == "hidden"]
    return sum(
        1 if one.attributes.get("value", "") in typed.getlist(one.attributes["name"]) else -1
        for one in hidden
    )


def _filled(
    box: _Tag, typed: MultiDict[str, str], counts: dict[str, int]
) -> dict[int, tuple[int, str]] | None:
    """What changes in one box: nothing, where it holds that already; None where it is none of what was sent."""
    name, held = box.attributes["name"], box.attributes.get("value", "")
    given = typed.getlist(name)
    if box.kind in _NOT_FILLED:
        return None
    if box.kind in ("checkbox", "radio"):
        ticked = (held or "on") in given
        if ticked == ("checked" in box.attributes):
            return {} if given else None
        return {box.start: (box.end, _written(box, checked="" if ticked else None))}
    if not given:
        return None
    if box.kind == "select":
        return _chosen(box, given)
    if box.kind == "hidden":
        keeps = held in given or len(given) > 1
        return {} if keeps else {box.start: (box.end, _written(box, value=given[0]))}
    place = counts.get(name, 0)
    counts[name] = place + 1
    text = given[min(place, len(given) - 1)]
    if box.kind == "textarea":
        same = box.words.replace("\r\n", "\n").strip("\n") == text.replace("\r\n", "\n").strip("\n")
        return {} if same else {box.start: (box.end, f"{_written(box)}\n{escape(text)}</textarea>")}
    return {} if text == held else {box.start: (box.end, _written(box, value=text))}


def _chosen(select: _Tag, given: list[str]) -> dict[int, tuple[int, str]]:
    offered = {one.attributes.get("value", "") for one in select.options}
    if not offered & set(given):
        return {}
    return {
        one.start: (one.end, _written(one, selected="" if wanted else None))
        for one in select.options
        if (wanted := one.attributes.get("value", "") in given) != ("selected" in one.attributes)
    }


def _unfolded(fold: _Tag) -> str:
    return _written(fold, open="")


def _written(tag: _Tag, **changed: str | None) -> str:
    """The tag anew; an attribute that is None goes."""
    said = {**tag.attributes, **changed}
    words = "".join(
        f" {name}" if value == "" and name != "value" else f' {name}="{escape(value)}"'
        for name, value in said.items()
        if value is not None
    )
    return f"<{tag.name}{words}>"
