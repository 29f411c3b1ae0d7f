"""The shapes of questions and answers, calculators and what they reckon."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from core.localized_text import Language
from forms_service.web.api.shapes import Answers, Asked, Given, Taken, Text


class SearchAsked(Asked):
    """Words to find answers by, in Arabic or French."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    language: Language = Language.FR


class DayAsked(Asked):
    """The day whose figures are meant; today's by default."""

    on: date | None = None


class Figure(Given):
    """A dated figure; ``age`` says how old it is where its first day is not known."""

    id: str
    label: Text
    value: str
    unit: str
    shown: Text
    since: date | None
    age: Text | None
    source: str
    proposed: str | None = Field(description="Why it goes beyond the sources; null where they say it")


class FoundAnswer(Given):
    """One answer of a list; ``**`` stands around each word that was found."""

    id: str
    number: str
    theme: str
    question: Text
    language: Language = Field(description="The language it was found in")
    excerpt: str


class AnswerList(Given):
    """The answers that fit, best first; all of them when no words are given."""

    all_words: bool = Field(description="false: no answer holds all the words, these hold some")
    items: list[FoundAnswer]


class GuidanceAnswer(Given):
    """One answer with its figures."""

    id: str
    number: str
    theme: str
    question: Text
    question_in_source: bool
    answer: Text
    figures: list[Figure]
    procedures: list[str]
    calculators: list[str]
    outdated: Text | None
    source: str
    proposed: str | None


class CalculatorSummary(Given):
    """One line of the list of calculators."""

    id: str
    title: Text
    intro: Text


class CalculatorList(Given):
    """What can be reckoned."""

    items: list[CalculatorSummary]


class Calculator(CalculatorSummary):
    """What a calculator asks and with what it reckons."""

    inputs: list[dict[str, Any]]
    figures: list[Figure]
    answers: list[str]
    source: str
    proposed: str | None


class ReckoningIn(Taken):
    """What to reckon with; ``on`` is the day whose figures count."""

    values: Answers
    on: Annotated[date | None, Field(strict=False)] = None


class Result(Given):
    """One result with its formula, in words and with the values put in."""

    id: str
    label: Text
    value: str = Field(description="Digits with a decimal point, or a day")
    unit: str
    shown: Text
    step: bool
    formula: Text
    filled: Text
    source: str | None
    proposed: str | None


class Reckoning(Given):
    """What came of it: results, or by input what must be mended first."""

    id: str
    on: date
    inputs: dict[str, Any]
    problems: dict[str, Text]
    remarks: list[Text]
    results: list[Result]
    figures: list[Figure]
