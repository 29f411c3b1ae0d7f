"""Papers sent from the page of documents: whatever was chosen anywhere on it comes along with any press of a button.

All places to send from belong to one form, so that nothing chosen or ticked is lost by going on, without
scripts too.  A script, or a program, may also send the files of one place alone, under plain names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import flash, request, session
from werkzeug.datastructures import FileStorage

from forms_service.services.views import AttachmentView, DossierView
from forms_service.web.asked_numbers import MOST_ROWS, posted_number
from forms_service.web.languages import translate
from forms_service.web.security import services, the_actor
from forms_service.web.sent_by_script import sent_again
from forms_service.web.taking_files import MOST_FILES, not_here_yet, take_in

GO_ON = "check"
"""The button that goes on to the check; the others are named after their place."""

_TOLD = frozenset({"too_many_uploads"})
"""Refusals of one paper, told beside its name: what came before it stays, and stands where it was to stand."""


@dataclass(frozen=True, slots=True)
class SentPapers:
    """The files chosen in one place of the page, and what they are said to be."""

    target: str
    files: tuple[FileStorage, ...]
    as_type: str | None
    child: int | None
    replaces: str | None


def sendings() -> Iterator[SentPapers]:
    """What was chosen, place by place; the place of plain names is told by ``target``."""
    plain = _files("files")
    if plain or "target" in request.form:
        yield _sent("", plain, request.form.get("target", ""))
    for name in dict.fromkeys(request.files):
        field, dot, key = name.partition(".")
        if field == "files" and dot and (files := _files(name)):
            yield _sent(f".{key}", files, key)


def _files(name: str) -> tuple[FileStorage, ...]:
    return tuple(one for one in request.files.getlist(name) if one.filename)


def _sent(suffix: str, files: tuple[FileStorage, ...], target: str) -> SentPapers:
    return SentPapers(
        target,
        files,
        request.form.get(f"as_type{suffix}") or None,
        posted_number(f"child{suffix}", MOST_ROWS),
        request.form.get(f"replaces{suffix}"),
    )


def said_already(view: DossierView) -> bool:
    """Keep what is said to be filed or declared already; tells whether that changed."""
    on_file = _as_said_now("on_file", view.dossier.on_file)
    declared = _as_said_now("declared", view.dossier.declared)
    if (on_file, declared) == (view.dossier.on_file, view.dossier.declared):
        return False
    services().set_on_file(the_actor(), view.id, on_file, declared)
    return True


def _as_said_now(name: str, held: frozenset[str]) -> frozenset[str]:
    """What is held, with what was ticked and without what was taken back on this page.

    The page posts which ticks it showed as set: what it did not show, or what another window said meanwhile,
    nobody took back here.
    """
    ticked, shown = set(request.form.getlist(name)), set(request.form.getlist(f"shown_{name}"))
    return (held | (ticked - shown)) - (shown - ticked)


def take_all_in(view: DossierView, sent: Sequence[SentPapers]) -> list[AttachmentView]:
    """What became of the files of every place; what one place replaces goes once something came for it."""
    waiting = [
        (one, file)
        for one in sent
        for file in (
            not_here_yet(view, list(one.files), one.as_type, one.child) if sent_again() else one.files
        )
    ]
    if len(waiting) > MOST_FILES:
        flash(translate("upload.too_many", limit=MOST_FILES), "problem")
    waiting = waiting[:MOST_FILES]
    places = iter(one for one, _ in waiting)
    came: list[tuple[SentPapers, AttachmentView]] = []

    def take(name: str, data: bytes, seconds: float) -> AttachmentView:
        one = next(places)
        new = services().upload(the_actor(), view.id, name, data, one.as_type, one.child, seconds)
        came.append((one, new))
        return new

    kept = take_in((file for _, file in waiting), take, _TOLD)
    for one in sent:
        _put_in_place_of(one.replaces, view, [new for place, new in came if place is one])
    return kept


def is_anything_refused() -> bool:
    """Whether this page still has to tell that something went wrong."""
    return any(category == "problem" for category, _ in session.get("_flashes", ()))


def _put_in_place_of(replaced: str | None, view: DossierView, sent: list[AttachmentView]) -> None:
    """Take an upload away once another one stands in its place; a refused one never does."""
    may_go = {one.id for one in view.attachments if not one.made_on_screen}
    if replaced in may_go and any(one.status != "refused" for one in sent):
        services().remove_attachment(the_actor(), view.id, str(replaced))
