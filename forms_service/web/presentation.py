"""What every template may say: sentences, dates, amounts, navigation."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from core.dossier import STATE_LABELS, DossierState
from core.localized_text import Language, Script, dominant_script
from core.measures import figure, measured
from forms_service.locales import has, kept_together, say
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.procedures import by_topic
from forms_service.render.typing_remarks import REMARK_SENTENCES, Remark
from forms_service.services.paper_notes import notes, remarks
from forms_service.services.same_person import OtherDossier
from forms_service.services.staff_words import state_alone, without_way
from forms_service.web import kept_typing, languages, security
from forms_service.web.taking_files import to_be_told
from forms_service.web.why_asked import why_asked

FORM = "form"
"""Document type of pages of the form itself."""

MOROCCO = ZoneInfo("Africa/Casablanca")
UPLOAD_ACCEPT = "image/*,.heic,.heif,.tif,.tiff,application/pdf"
_LATIN_NAME = re.compile(r"([A-Za-z][A-Za-z0-9]*(?: [A-Za-z][A-Za-z0-9]*)*)")
_BABEL = {Language.AR: "ar_MA", Language.FR: "fr_MA"}


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One link of the navigation of the signed-in role."""

    label: str
    url: str
    current: bool


_ENTRIES = (
    ("public.home", "nav.home", None),
    ("procedures.catalogue", "procedures.navigation", None),
    ("guidance.themes", "guidance.navigation", None),
    ("calculators.calculators", "calculators.navigation", None),
    ("applicant.dossiers", "nav.dossiers", "applicant"),
    ("agency.desk", "nav.desk", "clerk"),
    ("reviewer.queue", "nav.queue", "reviewer"),
    ("author.forms", "nav.forms", "author"),
    ("operator.figures", "nav.operator", "operator"),
    ("public.verify", "nav.verify", None),
    ("account.mine", "nav.account", "*"),
)


def navigation() -> list[NavigationEntry]:
    """The links of the page's head for whoever is signed in."""
    actor = security.current_actor()
    roles = actor.roles if actor else frozenset()
    here = (request.endpoint or "").partition(".")[0]
    return [
        NavigationEntry(
            languages.translate(sentence),
            url_for(endpoint),
            request.endpoint == endpoint or (role is not None and _area(here) == endpoint.partition(".")[0]),
        )
        for endpoint, sentence, role in _ENTRIES
        if role is None or role in roles or (role == "*" and roles)
    ]


def _area(blueprint: str) -> str:
    if blueprint in ("groups", "documents", "deposit", "complements", "confirming"):
        return "applicant"
    if blueprint == "counter":
        return "agency"
    if blueprint in ("status", "letting_go"):
        return "operator"
    if blueprint in ("second_step", "own_data"):
        return "account"
    return "reviewer" if blueprint in ("revocation", "decisions") else blueprint


def long_time(moment: datetime | date) -> str:
    """A day, and the hour where there is one, in words of the page's language, Moroccan time."""
    locale = _BABEL[languages.language()]
    local = moment.astimezone(MOROCCO) if isinstance(moment, datetime) else moment
    first = languages.language() is Language.FR and local.day == 1
    words = "d'er' MMMM y" if first else "d MMMM y"
    if isinstance(local, datetime):
        return format_datetime(local, f"{words} HH:mm", locale=locale)
    return format_date(local, words, locale=locale)


def hour(moment: datetime) -> str:
    """The hour of the day, Moroccan time."""
    return f"\u2066{moment.astimezone(MOROCCO):%H:%M}\u2069"


def day_and_month(day: date) -> str:
    """A day within a year, in numbers."""
    return f"\u2066{day:%d/%m}\u2069"


def iso_time(moment: datetime | date) -> str:
    """A day or moment for machines."""
    return moment.isoformat()


def day_in_words(iso_day: str) -> str:
    """A canonical date (``2026-03-01``) in words of the page's language."""
    return long_time(date.fromisoformat(iso_day))


def moment(iso_moment: str) -> datetime:
    """A canonical time stamp as a moment."""
    return datetime.fromisoformat(iso_moment)


def money(value: object, unit: str) -> str:
    """An amount with its unit as everywhere in the service and on its papers: 13 453,85, with both centimes."""
    number = figure(round(Decimal(str(value)), 2), 2)
    if unit == "%":
        return measured(value, unit).in_language(languages.language())
    if not has(f"unit.{unit}"):
        return f"{number} {unit}"
    exact = Decimal(str(value))
    whole = {"n": int(exact)} if exact == exact.to_integral_value() else {}
    return say(f"unit.{unit}", languages.language(), number=number, **whole)


def decimal(number: float) -> str:
    """A number with one decimal as the page's language writes it."""
    return format_decimal(
        Decimal(str(round(number, 1))), format="#,##0.#", locale=_BABEL[languages.language()]
    )


def percent(share: float) -> str:
    """A confidence from 0 to 1 in whole percent, never rounded up to certainty."""
    return f"\u2066{min(99, int(share * 100)) if share < 1 else 100} %\u2069"


def script_of(text: object) -> str | None:
    """The ``lang`` of a run of words whose language is known by its script."""
    script = dominant_script(str(text))
    return {Script.ARAB: "ar", Script.LATN: "fr"}.get(script)


def with_names(text: object) -> Markup:
    """A sentence of the page whose names in Latin letters (a program's, a format's) say that they are English.

    An Arabic voice spells them out or stumbles over them otherwise; a French one says them as anybody does.
    """
    if languages.language() is not Language.AR:
        return escape(text)
    pieces = _LATIN_NAME.split(str(text))  # sentence, name, sentence, …
    marked = (Markup('<bdi lang="en">{}</bdi>').format(one) if n % 2 else one for n, one in enumerate(pieces))
    return Markup("").join(marked)


def type_name(type_id: str | None) -> str:
    """A document type in the page's language."""
    if type_id is None:
        return languages.translate("documents.unknown_type")
    if type_id == FORM:
        return languages.translate("documents.the_form")
    types = security.application().catalogue.document_types()
    return types.label_of(type_id).in_language(languages.language())


def fact_label(type_id: str | None, fact_id: str, others: Collection[str] = ()) -> str:
    """The name of a fact read from a document of some type.

    A paper in another one's place says what its own look says: the look that has all of its facts
    (``others``) names them.
    """
    types = security.application().catalogue.document_types()
    own = [types.classes[look] for look in (types.types[type_id].reads_as if type_id in types.types else ())]
    fitting = [one for one in types.classes.values() if {f.id for f in one.facts} >= {fact_id, *others}]
    for look in (*own, *fitting, *types.classes.values()):
        for fact in look.facts:
            if fact.id == fact_id:
                return fact.label.in_language(languages.language())
    return fact_id


def doubt(code: str) -> str:
    """Why a reading is doubtful, in the page's language."""
    if code in set(Remark):
        return REMARK_SENTENCES[Remark(code)].in_language(languages.language())
    if code not in set(Doubt):
        return languages.translate(f"doubt.{code}") if has(f"doubt.{code}") else code
    return DOUBT_SENTENCES[Doubt(code)].in_language(languages.language())


def state_label(state: DossierState) -> str:
    """A dossier's state in the page's language."""
    return STATE_LABELS[state].in_language(languages.language())


def other_dossiers(dossier_id: str) -> list[OtherDossier]:
    """The same person's other dossiers of the same form, as far as whoever looks may know of them."""
    return security.services().other_dossiers(security.the_actor(), dossier_id)


def csrf_field() -> Markup:
    """The hidden proof that a form was served by us, and on which page it stands."""
    proof = Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
    return proof + kept_typing.page_field()


def answer_day(asked_at: datetime) -> str:
    """Until when the applicant is asked to answer a request for a correction, in words."""
    return day_in_words(security.services().answer_due(asked_at).isoformat())


def install(app: Flask) -> None:
    """Give templates their words."""
    app.jinja_env.globals.update(
        t=languages.translate,
        t_in=languages.translate_in,
        has_sentence=has,
        navigation=navigation,
        long_time=long_time,
        iso_time=iso_time,
        day_in_words=day_in_words,
        money=money,
        moment=moment,
        percent=percent,
        hour=hour,
        decimal=decimal,
        script_of=script_of,
        csrf_field=csrf_field,
        type_name=type_name,
        why_asked=why_asked,
        fact_label=fact_label,
        doubt=doubt,
        other_dossiers=other_dossiers,
        answer_day=answer_day,
        state_label=state_label,
        to_be_told=to_be_told,
        upload_accept=UPLOAD_ACCEPT,
        by_topic=by_topic,
    )
    app.jinja_env.filters["state_alone"] = state_alone
    app.jinja_env.filters["without_way"] = without_way
    app.jinja_env.globals["remarks"] = remarks
    app.jinja_env.globals["notes"] = notes
    app.jinja_env.filters["with_names"] = with_names
    app.jinja_env.filters["words"] = lambda text: text.in_language(languages.language())
    app.jinja_env.filters["kept_together"] = lambda text: (
        kept_together(text) if languages.language() is Language.FR else text
    )

    @app.context_processor
    def page() -> dict[str, object]:
        return {
            "language": languages.language(),
            "other_language": languages.other_language(),
            "other_language_url": languages.same_page_in_other_language(),
            "actor": security.current_actor(),
        }
