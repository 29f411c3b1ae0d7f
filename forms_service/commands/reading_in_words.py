"""Prints what was read as lines for people, in both languages; programs take ``--json`` instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from core.localized_text import LocalizedText
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt


def print_scan(data: Mapping[str, Any]) -> None:
    """The pages, the answers with what speaks against them, those read apart, and the problems."""
    for page in data["pages"]:
        known = (
            f"{page['form']} v{page['version']} page {page['form_page']}" if page["form"] else "unknown page"
        )
        click.echo(f"{page['file']} [{page['page']}]: {known}")
    _print_fields(data["fields"], data["set_aside"])
    for other in data["others"]:
        title = _APART.fill(**{**other, "reference": other["reference"] or "–"})
        click.echo(f"{title.fr}\n{title.ar}")
        _print_fields(other["fields"], other["set_aside"])
    for problem in data["problems"]:
        print_remark(problem["message"])


def print_attachment(data: Mapping[str, Any], *, is_form: bool = False) -> None:
    """The type, the facts, and every warning as its two sentences; then the file's further documents.

    Args:
        is_form: Whether it is a page of our own forms, of which the warnings say what there is to say.
    """
    if not (is_form and data["warnings"]):
        click.echo(f"{data['type']}  ({data['confidence']:.2f})  valid until {data['valid_until'] or '-'}")
        for name, value in data["facts"].items():
            click.echo(f"  {name}: {_shown(value)}")
    for warning in data["warnings"]:
        print_remark(warning["message"])
    for other in data["others"]:
        print_attachment(other)


def print_remark(message: Mapping[str, str]) -> None:
    """One sentence in French, and below it in Arabic."""
    click.echo(f"  ! {message['fr']}\n    {message['ar']}")


def _print_fields(fields: Mapping[str, Any], set_aside: Iterable[Mapping[str, Any]]) -> None:
    for name, field in fields.items():
        click.echo(f"  {field['verdict']:<7} {field['confidence']:.2f}  {name}: {_shown(field['value'])}")
        if field["verdict"] == "review" and field.get("reason"):
            why = DOUBT_SENTENCES[Doubt(field["reason"])]
            click.echo(f"{_BELOW}{why.fr}\n{_BELOW}{why.ar}")
    for field in set_aside:
        said = _ELSEWHERE.fill(value=_shown(field["value"]))
        click.echo(f"  {field['field']}\n{_BELOW}{said.fr}\n{_BELOW}{said.ar}")


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "✓" if value else "–"
    return "–" if value is None else str(value)


_BELOW = " " * 15

_APART = LocalizedText(
    ar="قُرئت على حدة – {form}، الصيغة {version}، المرجع {reference}، الشخص {person}:",
    fr="Lu à part – {form}, version {version}, référence {reference}, personne {person} :",
)
_ELSEWHERE = LocalizedText(
    ar="نسخة أخرى من الصفحة نفسها تقول: {value}", fr="Une autre image de la même page dit : {value}"
)
