"""``forms-service specs rehearse``: what an author can mend before a form is printed, and what not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import TYPE_CHECKING

import click

from core.errors import UnknownForm
from core.form_spec import FormSpec
from forms_service.commands.previewing import spec_path
from forms_service.commands.shared import (
    catalogue,
    configuration,
    print_json,
    progress,
    started_installation,
)

if TYPE_CHECKING:
    from forms_service.rehearsal.rehearse import RehearsalReport


@click.command("rehearse")
@click.argument("form_or_path")
@click.option("--copies", type=click.IntRange(1, 500), default=9, show_default=True, help="Copies filled in.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, other answers and damage."
)
@click.option("--large", is_flag=True, help="The large print.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "fr", "ar"]),
    default="en",
    show_default=True,
    help="Language of the table and the remarks.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--keep", is_flag=True, help="Keep the figures for the author's page of the service.")
def rehearse_form(
    form_or_path: str, copies: int, seed: int, large: bool, language: str, as_json: bool, keep: bool
) -> int:
    """Tell how well each field of a form will be read, why not better, and what to do.

    FORM_OR_PATH is the id of a published form or a YAML file, which may lie anywhere.  Synthetic scans
    are filled in and read back; the copies take the standard degradations in turn.  An answer counts
    only when its exact value came back.  What can be mended comes first, the worst field at its head.
    """
    from forms_service.rehearsing import rehearse_spec
    from forms_service.render.paper_grid import LARGE

    spec = _rehearsed_spec(form_or_path, language)
    if spec is None:
        return 1
    with progress(f"{spec.id}: filling, spoiling, reading", copies) as watch:
        variant = LARGE if large else ""
        report = rehearse_spec(spec, copies=copies, seed=seed, watch=watch, variant=variant)
    if keep:
        _keep(spec, report, copies, variant)
    if as_json:
        print_json(report.as_dict())
    else:
        _print_report(
            report, {one.id for one in spec.printed_fields() if one.office}, _WORDS[language], language
        )
    return 0


def _keep(spec: FormSpec, report: RehearsalReport, copies: int, variant: str) -> None:
    """Put the figures where the service shows them; nothing is kept of a service that never ran."""
    from forms_service.bootstrap import build

    application = build(started_installation())
    try:
        application.services.keep_rehearsal(spec, report.as_dict(), copies, variant)
    finally:
        application.close()


def _rehearsed_spec(form_or_path: str, language: str) -> FormSpec | None:
    """The published form, or the draft; a draft that is no spec yet is answered by its lint."""
    from forms_service.spec_linting import lint_spec

    try:
        return catalogue().get(form_or_path)
    except UnknownForm:
        linted = lint_spec(spec_path(form_or_path), configuration().spec_folder)
    if linted.spec is None or linted.errors:
        for one in linted.remarks:
            click.echo(one.line(language))
        return None
    return linted.spec


def _print_report(report: RehearsalReport, office: set[str], words: Mapping[str, str], language: str) -> None:
    from forms_service.rehearsal.field_reasons import worst_first

    shown = worst_first(report)
    rates = report.by(lambda one: one.field_id)
    heads = (words[name].rjust(width) for name, width in _COLUMNS)
    click.echo(f"{'':<36}{''.join(heads)}")
    _print_row(words["all"], report.overall.cells())
    asked = [name for name in shown if name not in office]
    mend = [name for name in asked if any(one.mendable for one in report.reasons.get(name, ()))]
    groups = {"mend": mend, "wait": [one for one in asked if one not in mend]}
    for title, names in {**groups, "office": [name for name in shown if name in office]}.items():
        if names:
            click.echo(f"\n{words[title]}")
        for name in names:
            _print_row(name, rates[name].cells())
            for one in report.reasons.get(name, ()):
                click.echo(_indented(one.in_language(language)))
    click.echo("\n" + words["others"].format(fields=len(rates) - len(shown)))


def _print_row(name: str, cells: Iterable[tuple[str, int]]) -> None:
    click.echo(f"{name:<36}" + "".join(f"{cell:>{width}}" for cell, width in cells))


def _indented(sentence: str) -> str:
    """A sentence below a line of the table, no wider than it may be."""
    return fill(
        sentence,
        width=_WIDTH,
        initial_indent="    - ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


_WIDTH = 100
_COLUMNS = (("answers", 8), ("exact", 9), ("accepted", 10), ("wrong", 16))

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "answers": "answers",
        "exact": "exact",
        "accepted": "accepted",
        "wrong": "of these wrong",
        "all": "all fields",
        "mend": "What you can mend:",
        "wait": "Nothing for you to do – a person checks these, which costs time, not correctness:",
        "office": "The office's own fields, which no applicant fills in:",
        "others": "{fields} other field(s): read exactly each time, nothing to mend",
    },
    "fr": {
        "answers": "réponses",
        "exact": "exactes",
        "accepted": "acceptées",
        "wrong": "dont fausses",
        "all": "tous les champs",
        "mend": "Ce que vous pouvez corriger :",
        "wait": "Rien à faire de votre part – un agent vérifie ces champs ; cela coûte du temps, pas d'erreurs :",
        "office": "Champs réservés à l'administration, qu'aucun demandeur ne remplit :",
        "others": "{fields} autre(s) champ(s) : lus exactement à chaque fois, rien à corriger",
    },
    "ar": {
        "answers": "الأجوبة",
        "exact": "الدقيقة",
        "accepted": "المقبولة",
        "wrong": "الخاطئة منها",
        "all": "كل الحقول",
        "mend": "ما يمكنكم إصلاحه:",
        "wait": "لا شيء مطلوب منكم – يراجع موظف هذه الحقول، وهذا يكلف وقتا لا أخطاء:",
        "office": "حقول خاصة بالإدارة لا يملؤها صاحب الطلب:",
        "others": "عدد الحقول الأخرى: {fields}، قُرئت بدقة كل مرة ولا شيء يُصلح فيها",
    },
}
