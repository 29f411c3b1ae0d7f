"""``forms-service guidance`` and ``forms-service calculate``: answers and amounts without a browser."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

import click

from core.localized_text import Language
from forms_service.commands.shared import configuration, print_json

if TYPE_CHECKING:
    from core.calculator import Reckoning
    from forms_service.guide import Guide

_LANGUAGE = click.option("--lang", type=click.Choice(["fr", "ar"]), default="fr", show_default=True)
_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
_ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day whose figures count; today.")


@cache
def _guide() -> Guide:
    from forms_service.guide import Guide

    return Guide(configuration().spec_folder)


@click.group()
def guidance() -> None:
    """Search and show the questions and answers."""


@guidance.command("search")
@click.argument("words", nargs=-1, required=True)
@_LANGUAGE
@_JSON
def search(words: tuple[str, ...], lang: str, as_json: bool) -> int:
    """Find answers by words, in Arabic or French, whatever the spelling."""
    from forms_service.knowledge_json import found_as_json

    language = Language(lang)
    done = _guide().find(" ".join(words), language, _day(None))
    if as_json:
        found = [found_as_json(one) for one in done.found]
        print_json({"query": " ".join(words), "all_words": done.all_words, "found": found})
    else:
        for one in done.found:
            click.echo(f"{one.answer.reference:>4}  {one.answer.id}")
            click.echo(f"      {one.answer.question.in_language(language)}")
            click.echo(f"      {''.join(piece.text for piece in one.excerpt)}")
    return 0 if done.found else 1


@guidance.command("show")
@click.argument("answer")
@_LANGUAGE
@_ON
@_JSON
def show(answer: str, lang: str, on: date | None, as_json: bool) -> int:
    """Show one answer, by its name or its number in the source."""
    from forms_service.knowledge_json import answer_as_json

    told = _guide().guidance
    found = told.answer(answer)
    if found is None:
        raise click.ClickException(f"no answer is called {answer!r}")
    day, language = _day(on), Language(lang)
    if as_json:
        print_json(answer_as_json(told, found, day))
        return 0
    click.echo(f"{found.reference}. {found.question.in_language(language)}\n")
    click.echo(told.text_of(found, day).in_language(language))
    if found.outdated is not None:
        click.echo(f"\n! {told.filled(found.outdated, day).in_language(language)}")
    return 0


@click.command("calculate")
@click.argument("calculator", required=False)
@click.argument("values", nargs=-1)
@_LANGUAGE
@_ON
@_JSON
def calculate_command(
    calculator: str | None, values: tuple[str, ...], lang: str, on: date | None, as_json: bool
) -> int:
    """Reckon with a calculator: forms-service calculate ID name=value …; without one, list them.

    Exit code 1 when the values do not allow it.
    """
    from core.calculator import calculate
    from forms_service.knowledge_json import reckoning_as_json

    language, known = Language(lang), _guide().knowledge
    if calculator is None:
        for one in known.calculators.values():
            click.echo(f"{one.id:<26} {one.title.in_language(language)}")
        return 0
    chosen = known.calculator(calculator)
    given = dict(_pair(one) for one in values)
    unknown = sorted(set(given) - {one.id for one in chosen.inputs})
    if unknown:
        expected = ", ".join(one.id for one in chosen.inputs)
        raise click.UsageError(f"{chosen.id} asks nothing called {', '.join(unknown)}; it asks: {expected}")
    done = calculate(chosen, given, _day(on))
    if as_json:
        print_json(reckoning_as_json(chosen, done))
    else:
        _tell(done, language)
    return 1 if done.problems else 0


def _tell(done: Reckoning, language: Language) -> None:
    for name, problem in done.problems.items():
        click.echo(f"{name}: {problem.in_language(language)}")
    for remark in done.remarks:
        click.echo(f"! {remark.message.in_language(language)}")
    for one in done.results:
        label, shown = one.calculation.label.in_language(language), one.shown.in_language(language)
        click.echo(f"{label}: {shown}\n    = {one.filled.in_language(language)}")


def _pair(written: str) -> tuple[str, str]:
    name, sign, value = written.partition("=")
    if not sign:
        raise click.UsageError(f"{written!r} is not name=value")
    return name, value


def _day(on: date | None) -> date:
    return date(on.year, on.month, on.day) if on else datetime.now(configuration().zone()).date()
