"""Files that arrive by a form: each gets its own answer, and one that is refused loses nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from time import monotonic

from flask import flash, get_flashed_messages, request, session
from werkzeug.datastructures import FileStorage

from core.errors import DossierError, UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.first_look import LOOK_SECONDS
from forms_service.services.paper_notes import remarks
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web.asked_numbers import MOST_ROWS, posted_number
from forms_service.web.languages import language, translate
from forms_service.web.security import services, the_actor
from forms_service.web.sent_by_script import sent_again

MOST_FILES = 20
"""As many in one sending; the script that sends files never sends more together."""

_TAKEN = "files-taken"

Taker = Callable[[str, bytes, float], AttachmentView]
"""Takes one file in: its name, its bytes, and how many seconds its sender may still be kept waiting."""


def arrived(view: DossierView) -> list[FileStorage]:
    """The files of this sending that are to be taken in; whoever sent none, or too many, is told."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        flash(translate("upload.nothing"), "problem")
    if sent_again():
        files = not_here_yet(view, files, request.form.get("as_type"), posted_number("child", MOST_ROWS))
    if len(files) > MOST_FILES:
        flash(translate("upload.too_many", limit=MOST_FILES), "problem")
    return files[:MOST_FILES]


def take_in(
    files: Iterable[FileStorage], take: Taker, told: Collection[str] = frozenset()
) -> list[AttachmentView]:
    """What became of each file; all of them share the time that a sender may be kept waiting.

    Args:
        told: Codes of refusals that concern one paper and are told beside its name.
    """
    kept: list[AttachmentView] = []
    until = monotonic() + LOOK_SECONDS
    for file in files:
        name = plain_name(file)
        try:
            view = take(name, file.read(), max(0.0, until - monotonic()))
        except (UnreadableDocument, DossierError) as refusal:
            if isinstance(refusal, DossierError) and refusal.code not in told:
                raise
            flash(_refusal(name, refusal.message), "problem")
            continue
        kept.append(view)
        if view.status == "refused" and view.message:
            flash(_refusal(name, view.message), "problem")
    taken = [view for view in kept if view.status != "refused"]
    if taken:
        _count(len(taken))
    if any(remarks(view.warnings) for view in taken):
        flash(translate("upload.look_at_advice"), "warn")
    return kept


def _count(n: int) -> None:
    session[_TAKEN] = session.get(_TAKEN, 0) + n


def to_be_told() -> list[tuple[str, str]]:
    """What the next page tells, with its kind; files that came box by box are counted in one sentence."""
    count = session.pop(_TAKEN, 0)
    counted = [("done", translate("upload.taken", n=count))] if count else []
    return counted + get_flashed_messages(with_categories=True)


def plain_name(file: FileStorage) -> str:
    """The name of a file without the folders some browsers send along."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2]


def not_here_yet(
    view: DossierView, files: list[FileStorage], as_type: str | None, child: int | None
) -> list[FileStorage]:
    """The files of a second try that the first one did not bring: same name, same bytes, for the same demand.

    The same file for another demand is no second try: it lay in the wrong place before.
    """
    known = not as_type or as_type == "form"
    there = [
        one
        for one in view.attachments
        if (known or one.declared_type == as_type) and (child is None or one.child in (None, child))
    ]
    left = []
    for file in files:
        data, name = file.read(), plain_name(file)
        file.seek(0)
        kept = [one for one in there if one.filename == name and one.size == len(data)]
        if not any(services().attachment_file(the_actor(), view.id, one.id)[0] == data for one in kept):
            left.append(file)
    here = len(files) - len(left)
    if here:
        _count(here)
    return left


def _refusal(name: str, why: LocalizedText) -> str:
    """Why a file is refused, with its name once."""
    said = why.in_language(language())
    return said if name and name in said else translate("upload.refused", file=name, why=why)
