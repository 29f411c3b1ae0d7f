from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exact_formula import DoesNotFit, NotExact, Value, formula, holds, reckon
from core.formula_in_words import in_words
from core.localized_text import LocalizedText
from core.measures import measured, rounded_to


def value(expression: str, **values: Value) -> Value:
    return reckon(formula(expression), values)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", Fraction(7, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("10 - 2 - 3", 5),
        ("-2 * -3", 6),
        ("max(1, 2, 3) - min(4, 5)", -1),
        ("floor(17 / 5) + ceil(17 / 5)", 7),
        ("1 < 2 ? 10 : 20", 10),
        ('"b" in ["a", "b"] ? 1 : 0', 1),
        ("!(1 == 1.0) || 2 >= 3", False),
        ("given(null) || true && false", False),
        ('add_months("2026-01-31", 1)', "2026-02-28"),
        ('days_between("2026-02-01", "2026-03-01")', 28),
    ],
)
def test_expressions_are_reckoned_as_people_write_them(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("due", "paid", "months"),
    [
        ("2026-01-10", "2026-01-10", 0),
        ("2026-01-10", "2026-01-11", 1),
        ("2026-01-10", "2026-02-10", 1),
        ("2026-01-10", "2026-02-11", 2),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-01", 2),
        ("2024-02-29", "2025-02-28", 12),
    ],
)
def test_a_month_that_has_begun_counts_whole(due: str, paid: str, months: int) -> None:
    assert value(f'months_begun("{due}", "{paid}")') == months


@pytest.mark.parametrize(
    "expression", ["1 +", "a b", "size(x)", "x.map(y, y)", "'open", "f(1", "[1", "1 ? 2", "#"]
)
def test_what_cannot_be_reckoned_exactly_is_refused(expression: str) -> None:
    with pytest.raises(NotExact):
        formula(expression)


@pytest.mark.parametrize(
    "expression", ["1 / 0", "x + 1", '"a" + 1', "null * 2", 'add_days("never", 1)', "max()"]
)
def test_what_does_not_fit_is_told(expression: str) -> None:
    with pytest.raises(DoesNotFit):
        value(expression)


def test_alternatives_that_do_not_count_are_not_reckoned() -> None:
    assert holds("given(x) && x > 1", {"x": None}) is False
    assert value("given(x) ? x / 2 : 0", x=None) == 0


@given(st.fractions(), st.fractions(min_value=0))
def test_rounding_never_loses_half_a_centime_and_keeps_the_order(first: Fraction, more: Fraction) -> None:
    low, high = rounded_to(first, "MAD"), rounded_to(first + more, "MAD")
    assert abs(Fraction(low) - first) <= Fraction(1, 200)
    assert low <= high


def test_half_a_centime_goes_up() -> None:
    assert [str(rounded_to(Fraction(one), "MAD")) for one in ("0.005", "1.0049", "2")] == [
        "0.01",
        "1.00",
        "2.00",
    ]


def test_a_formula_is_shown_with_its_brackets_and_the_branch_that_counts() -> None:
    shown = in_words(
        formula('(a - b) * (kind == "x" ? a + b : 2) / 3'),
        {"a": Fraction(5), "b": Fraction(1), "kind": "x"},
        lambda name: LocalizedText(f"«{name}»", name),
    )
    assert shown.fr == "(a − b) × (a + b) ÷ 3"
    assert shown.ar == "(«a» − «b») × («a» + «b») ÷ 3"


@pytest.mark.parametrize(
    ("figure", "unit", "french", "arabic"),
    [
        (12.89, "%", "12,89 %", "12,89%"),
        (1.5, "%", "1,5 %", "1,5%"),
        (1648.14, "MAD", "1 648,14 DH", "1 648,14 درهم"),
        (2336, "MAD", "2 336 DH", "2 336 درهما"),
        (200, "MAD", "200 DH", "200 درهم"),
        (36, "MAD", "36 DH", "36 درهما"),
        (10, "MAD", "10 DH", "10 دراهم"),
        (2, "MAD", "2 DH", "درهمان"),
        (1, "ordinal", "1", "1"),
        (1, "months", "1 mois", "شهر واحد"),
        (2, "months", "2 mois", "شهران"),
        (9, "months", "9 mois", "9 أشهر"),
        (12, "months", "12 mois", "12 شهرا"),
        (108, "days", "108 jours", "108 أيام"),
        (100, "days", "100 jours", "100 يوم"),
        (1080, "days", "1 080 jours", "1 080 يوما"),
        (0, "days", "0 jour", "0 يوم"),
        (1, "years", "1 an", "سنة واحدة"),
        ("2/3", "share", "2/3", "2/3"),
        ("2026-03-01", "date", "01/03/2026", "01/03/2026"),
    ],
)
def test_figures_are_counted_as_each_language_counts(
    figure: object, unit: str, french: str, arabic: str
) -> None:
    said = measured(figure, unit)
    blanks = str.maketrans("\u00a0\u202f", "  ")
    assert (said.fr.translate(blanks), said.ar.translate(blanks)) == (french, arabic)


def test_a_number_of_two_takes_the_case_of_its_sentence_and_accounts_keep_their_centimes() -> None:
    assert [measured(2, "months").ar, measured(2, "months", in_sentence=True).ar] == ["شهران", "شهرين"]
    assert measured(12, "months", in_sentence=True) == measured(12, "months")
    amounts = [measured(one, "MAD", all_places=True).ar.replace("\u00a0", " ") for one in (1, 5, 926)]
    assert amounts == ["1,00 درهم", "5,00 دراهم", "926,00 درهما"]
