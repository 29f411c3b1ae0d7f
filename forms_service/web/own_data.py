"""«My data»: what is kept of whoever is signed in, until when, who looked, a copy, and the end of it."""

from __future__ import annotations

from datetime import date, datetime
from functools import reduce

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.errors import DossierError, FormsError
from core.privacy import Retention
from forms_service.services.parts_of_lists import cut_of
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import presentation, security
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/my-data"
pages = Blueprint("own_data", __name__)

_LOOKS_A_PAGE = 50


@pages.get("/")
@needs("applicant")
def mine() -> str:
    """What is kept of whoever is signed in, a page of their requests at a time."""
    return _page([])


@pages.get("/requests/<dossier_id>")
@needs("applicant")
def one_request(dossier_id: str) -> str:
    """All that is to be told of one request: what for, until when, who looked; and the end of a draft."""
    return _request_page(dossier_id, [])


@pages.post("/copy")
@needs("applicant")
def copy() -> AnyResponse | tuple[str, int]:
    """Hand out the copy of everything; not twice a minute, so not kept by any cache."""
    try:
        file = services().export_own_data(the_actor())
    except TooManyAttempts:
        return _page([Problem("copy", translate("own_data.copy_too_many"))]), 429
    name = f"mes-donnees-{services().today():%Y%m%d}.zip"
    response: Response = send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/drafts/<dossier_id>/erase")
@needs("applicant")
@once
def erase(dossier_id: str) -> AnyResponse | tuple[str, int]:
    """Erase a request that was never deposited, at once."""
    if request.form.get("sure") != "yes":
        return _request_page(dossier_id, [Problem("sure", translate("own_data.tick_to_erase"))]), 422
    try:
        services().erase_own_draft(the_actor(), dossier_id)
    except DossierError as error:
        if error.code == "not_yours":
            raise
        return _request_page(dossier_id, [Problem("request", error.message.in_language(language()))]), 422
    flash(translate("own_data.draft_erased"), "done")
    return redirect(url_for(".mine"), code=303)


@pages.post("/close")
@needs("applicant")
def close() -> AnyResponse | tuple[str, int]:
    """Close the account; what the fund must keep stays its time."""
    try:
        services().close_own_account(the_actor(), request.form.get("current", ""))
    except TooManyAttempts as wait:
        return _page([Problem("current", wait.message.in_language(language()))]), 429
    except FormsError as error:
        return _page([Problem("current", error.message.in_language(language()))]), 422
    security.sign_out()
    flash(translate("own_data.closed"), "done")
    return redirect(url_for("public.home"), code=303)


@pages.app_template_global()
def kept_words(rule: Retention) -> str:
    """How long a request is kept that ended so, as one sentence."""
    counted = (("years", rule.years), ("months", rule.months), ("days", rule.days))
    lengths = [translate(f"own_data.{unit}", n=number) for unit, number in counted if number]
    return translate(
        f"own_data.rule.{rule.after}",
        time=reduce(lambda before, after: translate("own_data.and", before=before, after=after), lengths),
        event=translate(f"own_data.event.{rule.counts_from.value}"),
        then=translate(f"own_data.then_{rule.then.value}"),
    )


def _page(problems: list[Problem]) -> str:
    found = services().own_requests(the_actor(), request.args.get("page", 1, type=int))
    return render_template(
        "own_data.html",
        problems=problems,
        found=found,
        may_close=the_actor().roles == frozenset({"applicant"}),
        day=_day,
    )


def _request_page(dossier_id: str, problems: list[Problem]) -> str:
    one = services().own_request(the_actor(), dossier_id)
    cut = cut_of(len(one.looks), request.args.get("page", 1, type=int), _LOOKS_A_PAGE)
    looks = cut.of(one.looks[cut.before : cut.before + cut.size])
    return render_template("own_request.html", problems=problems, one=one, looks=looks, day=_day)


def _day(moment: date) -> str:
    """A day in words, also of a moment: at which hour somebody looked matters to nobody here."""
    day = moment.astimezone(presentation.MOROCCO).date() if isinstance(moment, datetime) else moment
    return presentation.long_time(day)
