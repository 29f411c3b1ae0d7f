"""What a browser posts back, as raw answers; and what a page shows of answers given before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from werkzeug.datastructures import MultiDict

from core.form_spec import FieldSpec
from core.localized_text import Language
from forms_service.locales import say
from forms_service.web.screens import DATE_PARTS, Problem, Question, RawAnswer, input_name


def posted_answers(fields: Iterable[FieldSpec], form: MultiDict[str, str]) -> dict[str, RawAnswer]:
    """Raw answers of the fields of one page, as typed; unticked boxes come back blank."""
    answers: dict[str, RawAnswer] = {}
    for one in fields:
        name = input_name(one.id)
        if one.kind == "choices":
            answers[one.id] = form.getlist(name)
        elif one.kind == "declaration":
            unticked = "" if one.default is None else "false"
            answers[one.id] = form.get(name, unticked)
        elif one.kind == "date":
            parts = [form.get(f"{name}.{part}", "").strip() for part in DATE_PARTS]
            answers[one.id] = _joined_date(parts)
        else:
            answers[one.id] = form.get(name, "")
    return answers


def left_blank(fields: Iterable[FieldSpec], form: MultiDict[str, str]) -> set[str]:
    """The fields whose boxes stood on the page and were sent with nothing in them."""
    boxes = {
        one.id: [input_name(one.id), *(f"{input_name(one.id)}.{part}" for part in DATE_PARTS)]
        for one in fields
    }
    return {
        field
        for field, names in boxes.items()
        if (sent := [form[name] for name in names if name in form]) and not any(map(str.strip, sent))
    }


def _joined_date(parts: list[str]) -> str:
    if not any(parts):
        return ""
    if parts[0] and not any(parts[1:]):
        return parts[0]
    return "/".join(parts)


def known_answers(
    fields: Iterable[FieldSpec], values: Mapping[str, object], raw: Mapping[str, str]
) -> dict[str, RawAnswer]:
    """What a page shows in its boxes: the text typed last when it is not valid, else the answer."""
    shown: dict[str, RawAnswer] = {}
    for one in fields:
        value = values.get(one.id)
        if one.id in raw:
            shown[one.id] = raw[one.id]
        elif isinstance(value, list):
            shown[one.id] = [str(item) for item in value]
        elif value is not None:
            shown[one.id] = str(value)
        elif one.default is not None:
            shown[one.id] = str(one.default)
    return shown


def problems_in_order(rows: Iterable[object], language: Language) -> list[Problem]:
    """The summary of what is wrong on a page, in the order of its questions."""
    found: list[Problem] = []
    for question in rows:
        if not isinstance(question, Question) or not question.error:
            continue
        if question.widget == "twins":
            found += [
                Problem(box.target, _about(f"{question.label} ({box.label})", box.error, language))
                for box in question.boxes
                if box.error
            ]
        else:
            found.append(Problem(question.target, _about(question.label, question.error, language)))
    return found


def _about(label: str, error: str, language: Language) -> str:
    return say("common.pair", language, label=label, value=error)
