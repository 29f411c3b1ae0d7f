"""The operators' page on how the service itself does, and what they may do about work that was given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import make_url
from werkzeug.wrappers import Response

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.build_facts import build_facts
from forms_service.config import MEBIBYTE, Config
from forms_service.services.dead_letters import CAUSES_IN_WORDS, TASKS_IN_WORDS
from forms_service.services.watching import ASIDE_REASONS, ServiceStatus
from forms_service.web import presentation, security
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/operator/status"
pages = Blueprint("status", __name__)

EVERY_S = 30
_GIB = 1024 * MEBIBYTE
_SPANS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))
_PROBLEMS_OF_LETTERS = (
    ("recipient refused", "recipient"),
    ("refused", "refused"),
    ("gateway", "refused"),
    ("too late", "too_late"),
    ("sealed", "sealed"),
    ("given up", "other"),
)


@pages.get("/")
@needs("operator")
def show() -> Response:
    """Whether everything is well, first in one sentence; then the work, its workers and what failed."""
    answer = make_response(_page([]))
    if request.args.get("every"):  # whoever reads asked for it; a page never changes by itself otherwise
        answer.headers["Refresh"] = str(EVERY_S)
    return answer


@pages.post("/")
@needs("operator")
@once
def act() -> Response | tuple[str, int]:
    """Have work tried again, one or all, or take it off the list with a reason."""
    does, letter = request.form.get("do", ""), request.form.get("letter", "")
    try:
        if does == "retry_all":
            flash(translate("operating.retried", n=services().retry_all_dead_letters(the_actor())), "done")
        elif does == "retry":
            services().retry_dead_letter(the_actor(), letter)
            flash(translate("operating.retried", n=1), "done")
        else:
            reason = request.form.get("reason", "")
            if reason not in ASIDE_REASONS:
                return _page([Problem("dead-title", translate("operating.reason_needed"))]), 422
            services().set_aside_dead_letter(the_actor(), letter, reason)
            flash(translate("operating.was_set_aside"), "done")
    except FormsError as error:
        if error.code != "not_dead":
            raise
        return _page([Problem("dead-title", error.message.in_language(language()))]), 409
    return redirect(url_for(".show"), code=303)


def _page(problems: list[Problem]) -> str:
    found, config = services().service_status(the_actor()), security.application().config
    waits = [one.oldest_at for one in found.work.queue if one.oldest_at]
    return render_template(
        "operator_status.html",
        problems=problems,
        found=found,
        waiting=sum(one.waiting for one in found.work.queue),
        oldest=_span_words(_seconds(min(waits, default=None), found.at)),
        age=lambda since: _span_words(_seconds(since, found.at)),
        took=lambda seconds: translate("operating.seconds_short", number=presentation.decimal(seconds)),
        size=_size_words,
        free_share=found.free_bytes / found.all_bytes if found.all_bytes else 0.0,
        task=lambda name: _in_words(TASKS_IN_WORDS, name),
        cause=lambda code: _in_words(CAUSES_IN_WORDS, code),
        letters=_letters_in_words(found),
        reasons=ASIDE_REASONS,
        facts=build_facts(config.spec_folder),
        settings=_settings(config),
        slow_page=presentation.decimal(config.watching.slow_page_ms / 1000),
        slow_reading=presentation.decimal(config.watching.slow_reading_s),
        every=bool(request.args.get("every")),
    )


def _settings(config: Config) -> list[tuple[str, str]]:
    """Which settings are on, by code, as words or numbers: nothing of them that is secret or an address."""
    backend = "postgresql" if _backend(config) == "postgresql" else "sqlite"
    kept = "bucket" if config.objects.bucket else "folder"
    ways = {"mailbox": "mailbox", "console": "console"}
    said = {
        "database": translate(f"operating.value.{backend}"),
        "objects": translate(f"operating.value.{kept}"),
        "mail": translate(f"operating.value.{ways.get(config.sending.mail, 'server')}"),
        "sms": translate(f"operating.value.{ways.get(config.sending.sms, 'server')}"),
        "proxies": str(len(config.trusted_proxies)),
        "four_eyes": _yes_or_no(bool(config.four_eyes)),
        "readings": str(config.worker_slots),
        "upload": str(config.max_upload_bytes // MEBIBYTE),
        "demo": _yes_or_no(config.demo),
    }
    if config.days_ahead:
        said["days_ahead"] = str(config.days_ahead)
    return list(said.items())


def _backend(config: Config) -> str:
    return make_url(config.resolved_database_url).get_backend_name()


def _yes_or_no(is_so: bool) -> str:
    return translate("operating.value.yes" if is_so else "operating.value.no")


def _seconds(since: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - since).total_seconds()) if since else None


def _span_words(seconds: float | None) -> str:
    """A span of time in its largest whole unit."""
    if seconds is None:
        return translate("operating.no_wait")
    length, unit = next(((length, unit) for length, unit in _SPANS if seconds >= length), _SPANS[-1])
    return translate(f"operating.{unit}", n=int(seconds // length) or 1)


def _size_words(size: int) -> str:
    if size >= _GIB:
        return translate("operating.gib", number=presentation.decimal(size / _GIB))
    return translate("operating.mib", number=presentation.decimal(size / MEBIBYTE))


def _in_words(words: Mapping[str, LocalizedText], code: str) -> str:
    said = words.get(code)
    return said.in_language(language()) if said else code


def _letters_in_words(found: ServiceStatus) -> list[tuple[str, int]]:
    """Why messages wait or fail, in words, with how many."""
    counted: dict[str, int] = {}
    for problem, number in found.letters_worst:
        code = next(
            (code for start, code in _PROBLEMS_OF_LETTERS if problem.startswith(start)), "unreachable"
        )
        counted[code] = counted.get(code, 0) + number
    return [(translate(f"operating.letter.{code}"), number) for code, number in counted.items()]
