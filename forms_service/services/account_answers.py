"""What somebody is asked who opens an account, with the checks of the kinds of answer of the forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from core.errors import InvalidValue
from core.field_kinds import kind_of
from core.form_spec import Choice, FieldSpec
from core.localized_text import LocalizedText, Script
from forms_service.locales import both
from forms_service.messages import say
from forms_service.sending import EMAIL, SMS

SHORTEST_REGISTRATION = 8
_YOUNGEST_YEARS = 12
_MOBILE = ("06", "07")


def _field(
    name: str, kind: str, script: Script = Script.LATN, *, required: bool = True, **more: object
) -> FieldSpec:
    return FieldSpec(name, kind, both(f"account.{name}"), script, required=required, **more)  # type: ignore[arg-type]


def _channels() -> tuple[Choice, ...]:
    return (Choice(SMS, both("account.by_sms")), Choice(EMAIL, both("account.by_email")))


@cache
def registration() -> FieldSpec:
    """The number of the registration; made when somebody is asked, for its sentences are slow to read."""
    return _field("registration", "registration_number", hint=both("account.registration_hint"))


@cache
def phone() -> FieldSpec:
    """The telephone that one-time codes reach."""
    return _field("phone", "phone", required=False, hint=both("account.phone_hint"))


@cache
def mailbox() -> FieldSpec:
    """The e-mail address."""
    return _field("email", "email", required=False)


@cache
def channel_of_codes() -> FieldSpec:
    """Which of the two codes are sent to."""
    return _field("channel", "choice", Script.ANY, choices=_channels())


@cache
def who() -> tuple[FieldSpec, ...]:
    """What tells who somebody is."""
    return (
        registration(),
        _field("identity_number", "identity_number", hint=both("account.identity_hint")),
        _field("birth", "date", Script.ANY),
        _field("last_name", "text", Script.ANY, max_length=60),
        _field("first_name", "text", Script.ANY, max_length=60),
    )


def reached() -> tuple[FieldSpec, ...]:
    """How somebody is reached."""
    return (phone(), mailbox(), channel_of_codes())


def opening() -> tuple[FieldSpec, ...]:
    """All that is asked of somebody who opens an account."""
    return (*who(), *reached())


Problems = dict[str, LocalizedText]


def checked(fields: Iterable[FieldSpec], raw: Mapping[str, object]) -> tuple[dict[str, str], Problems]:
    """The answers in their canonical form, and what is wrong with the others."""
    answers: dict[str, str] = {}
    problems: Problems = {}
    for one in fields:
        try:
            value = kind_of(one).parse(raw.get(one.id, ""), one)
        except InvalidValue as problem:
            mobile = one is phone()  # elsewhere any telephone serves; here it is told as its hint tells it
            problems[one.id] = say("mobile_needed") if mobile else problem.message
            continue
        if value is not None and value != "":
            answers[one.id] = " ".join(str(value).split())
        elif one.required is True:
            problems[one.id] = say("answer_needed")
    return answers, problems


def checked_opening(raw: Mapping[str, object], today: date) -> tuple[dict[str, str], Problems]:
    """The answers of somebody who opens an account, and what is wrong with them."""
    answers, problems = checked((*who(), phone(), mailbox()), raw)
    if len(answers.get("registration", "")) in range(1, SHORTEST_REGISTRATION):
        problems["registration"] = say("registration_too_short")
    birth = answers.get("birth")
    if birth and not _plausible(date.fromisoformat(birth), today):
        problems["birth"] = say("birth_not_plausible")
    problems |= _reachable(answers, problems)
    wanted = str(raw.get("channel") or "")
    answers["channel"] = wanted if _address(answers, wanted) else (SMS if "phone" in answers else EMAIL)
    return answers, problems


def checked_address(channel: str, raw: str) -> tuple[str, LocalizedText | None]:
    """A new telephone number or e-mail address, and what is wrong with it."""
    field = phone() if channel == SMS else mailbox()
    answers, problems = checked((field,), {field.id: raw})
    if not problems and not answers:
        problems[field.id] = say("answer_needed")
    problems = problems or _reachable(answers, {})
    return answers.get(field.id, ""), problems.get(field.id)


def _reachable(answers: Mapping[str, str], problems: Problems) -> Problems:
    if "phone" in answers and not answers["phone"].startswith(_MOBILE):
        return {"phone": say("mobile_needed")}
    if not answers.keys() & {"phone", "email"} and not problems.keys() & {"phone", "email"}:
        return {"phone": say("phone_or_email_needed")}
    return {}


def _address(answers: Mapping[str, str], channel: str) -> str:
    return answers.get({SMS: "phone", EMAIL: "email"}.get(channel, ""), "")


def _plausible(birth: date, today: date) -> bool:
    return birth.year >= 1900 and (birth.year + _YOUNGEST_YEARS, birth.month, birth.day) <= (
        today.year,
        today.month,
        today.day,
    )
