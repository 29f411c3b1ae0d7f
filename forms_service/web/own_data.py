"""«My data»: what is kept of whoever is signed in, until when, who looked, a copy, and the end of it."""

from __future__ import annotations

from functools import reduce
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.errors import DossierError, FormsError
from core.privacy import Retention
from core.stages import FINAL_STATES, DossierState
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import presentation, security
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/my-data"
pages = Blueprint("own_data", __name__)


@pages.get("/")
@needs("applicant")
def mine() -> str:
    """What is kept of whoever is signed in."""
    return _page([])


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
        return _page([Problem(f"sure-{dossier_id}", translate("own_data.tick_to_erase"))]), 422
    try:
        services().erase_own_draft(the_actor(), dossier_id)
    except DossierError as error:
        if error.code == "not_yours":
            raise
        return _page([Problem("requests", error.message.in_language(language()))]), 422
    flash(translate("own_data.draft_erased"), "done")
    return redirect(url_for(".mine"), code=303)


@pages.post("/close")
@needs("applicant")
@once
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
    found = services().own_requests(the_actor())
    waits = [one for one in found if one.state not in (*FINAL_STATES, DossierState.DRAFT)]
    return render_template(
        "own_data.html",
        problems=problems,
        requests=found,
        waits=bool(waits),
        may_close=the_actor().roles == frozenset({"applicant"}),
        day=_day,
    )


def _day(day: object) -> str:
    return cast(str, presentation.long_time(day)) if day else ""  # type: ignore[arg-type]
