"""What every calculator promises: whole centimes, never less for more, within its bounds, right at months' ends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calculator import Reckoning, calculate
from core.calendar_rules import add_months
from core.completeness import assess_completeness
from core.dossier import dossier_from_answers
from core.localized_text import Script, dominant_script
from forms_service.knowledge import Knowledge
from forms_service.sources_in_words import source_in_words
from forms_service.spec_catalogue import SpecCatalogue

KNOWN = Knowledge.load()
ON = date(2026, 6, 15)
AMOUNTS = st.decimals("0", "999999.99", places=2)
MORE = st.decimals("0", "5000", places=2)
DAYS = st.integers(1, 184)
SECTORS = st.sampled_from(["general", "agriculture", "textile"])
DATES = st.dates(date(2000, 1, 1), date(2060, 12, 31))
few = settings(max_examples=40, deadline=None)


def reckoned(name: str, on: date = ON, **raw: object) -> dict[str, Decimal]:
    done = calculate(KNOWN.calculators[name], raw, on)
    assert not done.problems, done.problems
    return {one.calculation.id: Decimal(one.value) for one in done.results}


def answered(name: str, **raw: object) -> Reckoning:
    return calculate(KNOWN.calculators[name], raw, ON)


USUAL = {
    "amo-refund": {"tariff": "150", "paid": "200", "days": 60},
    "amo-shares": {"base": "5000"},
    "deadlines": {"event": "change", "day": "31/01/2026"},
    "family-allowances": {"children": 4, "days": 120, "wage": "3000"},
    "invalidity-pension": {"days": 4000, "recent_days": 200, "wages_12": "60000", "wages_60": "270000"},
    "late-surcharges": {"general": "1000", "amo": "100", "due": "10/01/2026", "paid": "11/03/2026"},
    "maternity-allowance": {"wages": "18000", "days": 156, "stopped": 98},
    "old-age-pension": {"days": 4500, "wages": "480000"},
    "sickness-allowance": {"wages": "18000", "days": 156, "stopped": 30},
    "voluntary-contribution": {"last_wage": "3000"},
}


def test_every_calculator_is_tried() -> None:
    assert set(USUAL) == set(KNOWN.calculators)


@pytest.mark.parametrize("name", USUAL)
def test_each_result_is_told_in_both_languages_with_its_formula_and_source(name: str) -> None:
    done = answered(name, **USUAL[name])
    assert done.results and any(not one.calculation.step for one in done.results)
    for one in done.results:
        assert one.formula.fr and one.filled.fr and one.filled.ar != one.formula.ar
        assert dominant_script(one.formula.ar) is Script.ARAB, one.formula.ar
        assert one.calculation.source and source_in_words(one.calculation.source).ar != one.calculation.source
        if one.calculation.unit == "MAD":
            assert Decimal(one.value) == Decimal(one.value).quantize(Decimal("0.01"))
    assert all(dated.since or parameter.age for parameter, dated in done.figures)


@pytest.mark.parametrize(
    ("name", "given_values", "results"),
    [
        ("family-allowances", {"children": 3}, {"amount": "900.00"}),
        ("family-allowances", {"children": 4}, {"amount": "926.00"}),
        ("family-allowances", {"children": 9}, {"amount": "978.00"}),
        ("voluntary-contribution", {"last_wage": "1000"}, {"base": "2336.00", "contribution": "301.11"}),
        (
            "sickness-allowance",
            {"wages": "18000", "days": 156, "stopped": 30},
            {"average": "115.38", "daily": "76.92", "paid_days": "27", "total": "2076.84"},
        ),
        ("sickness-allowance", {"wages": "100", "days": 156, "stopped": 3}, {"daily": "59.90", "total": "0.00"}),
        ("maternity-allowance", {"wages": "18000", "days": 156, "stopped": 98}, {"total": "11307.24"}),
        ("old-age-pension", {"days": 3240, "wages": "480000"}, {"rate": "50.00", "pension": "2500.00"}),
        ("old-age-pension", {"days": 3456, "wages": "480000"}, {"rate": "51.00", "pension": "2550.00"}),
        ("old-age-pension", {"days": 20000, "wages": "480000"}, {"rate": "70.00", "pension": "3500.00"}),
        (
            "invalidity-pension",
            {"days": 1080, "recent_days": 108, "wages_12": "12000", "wages_60": "120000", "helped": "true"},
            {"average": "2000.00", "total": "1200.00"},
        ),
        (
            "late-surcharges",
            {"general": "10000", "amo": "2000", "due": "10/01/2026", "paid": "11/03/2026"},
            {"months": "3", "general_surcharge": "500.00", "amo_surcharge": "60.00", "total": "12560.00"},
        ),
        ("amo-shares", {"base": "5000"}, {"employer": "175.00", "employee": "100.00", "total": "275.00"}),
        ("amo-shares", {"who": "trawlers", "base": "1000"}, {"trawlers": "12.00"}),
        ("amo-refund", {"tariff": "150", "paid": "200"}, {"refund": "105.00", "rest": "95.00"}),
        (
            "amo-refund",
            {"tariff": "100", "paid": "100", "illness": "exempt"},
            {"refund_low": "77.00", "refund_high": "100.00", "rest_least": "0.00", "rest_most": "23.00"},
        ),
    ],
)  # fmt: skip
def test_what_the_sources_say_comes_out(
    name: str, given_values: dict[str, object], results: dict[str, str]
) -> None:
    found = reckoned(name, **given_values)
    assert {one: found[one] for one in results} == {one: Decimal(value) for one, value in results.items()}


def test_an_earlier_day_is_reckoned_with_the_figures_of_its_time() -> None:
    assert reckoned("family-allowances", date(2022, 12, 31), children=5)["amount"] == Decimal("672.00")
    assert reckoned("family-allowances", date(2023, 1, 1), children=5)["amount"] == Decimal("952.00")


@pytest.mark.parametrize(
    ("name", "given_values", "field"),
    [
        ("old-age-pension", {"days": 3239, "wages": "1"}, "days"),
        ("invalidity-pension", {"days": 1079, "recent_days": 108, "wages_12": "1", "wages_60": "1"}, "days"),
        (
            "invalidity-pension",
            {"days": 1080, "recent_days": 107, "wages_12": "1", "wages_60": "1"},
            "recent_days",
        ),
        ("sickness-allowance", {"wages": "1", "days": 0, "stopped": 3}, "days"),
        ("deadlines", {"event": "change", "day": "31/02/2026"}, "day"),
    ],
)
def test_without_the_right_or_with_nonsense_nothing_is_reckoned(
    name: str, given_values: dict[str, object], field: str
) -> None:
    done = answered(name, **given_values)
    assert field in done.problems and not done.results


def test_after_an_accident_no_number_of_days_is_asked() -> None:
    values = {"days": 10, "recent_days": 10, "wages_12": "24000", "wages_60": "24000"}
    assert reckoned("invalidity-pension", **values, accident="true")["total"] == Decimal("1000.00")


def test_a_right_in_doubt_is_remarked_upon_and_still_reckoned() -> None:
    done = answered("family-allowances", children=1, days=107, wage="1401.59")
    assert [one.subject for one in done.remarks] == ["days", "wage"] and done.results
    assert not answered("family-allowances", children=1, days=108, wage="1401.60").remarks
    least = {"children": 1, "sector": "agriculture"}
    assert answered("family-allowances", **least, wage="988.87").remarks
    assert not answered("family-allowances", **least, wage="988.88").remarks


@few
@given(AMOUNTS, MORE, DAYS, st.integers(1, 731), SECTORS)
def test_more_wages_never_pay_less_and_the_floor_holds(
    wages: Decimal, more: Decimal, days: int, stopped: int, sector: str
) -> None:
    for name, part, floor in (("sickness-allowance", "daily", 2), ("maternity-allowance", "daily", 3)):
        shared = {"days": days, "stopped": min(stopped, 366 if floor == 3 else 731), "sector": sector}
        low, high = reckoned(name, wages=wages, **shared), reckoned(name, wages=wages + more, **shared)
        assert low[part] <= high[part]
        assert low[part] >= (low["least"] * floor / 3).quantize(Decimal("0.01")) - Decimal("0.01")
        assert low["total"] == low[part] * low.get("paid_days", Decimal(shared["stopped"]))


@few
@given(st.integers(0, 30), st.integers(0, 5))
def test_more_children_never_pay_less_and_no_more_than_six(children: int, more: int) -> None:
    low, high = (reckoned("family-allowances", children=min(n, 30)) for n in (children, children + more))
    assert 0 <= low["amount"] <= high["amount"] <= Decimal("978")


@few
@given(st.integers(3240, 25000), st.integers(0, 500), AMOUNTS)
def test_a_pension_grows_with_days_up_to_its_end(days: int, more: int, wages: Decimal) -> None:
    low, high = (reckoned("old-age-pension", days=min(n, 25000), wages=wages) for n in (days, days + more))
    assert 50 <= low["rate"] <= high["rate"] <= 70
    assert low["average"] / 2 - Decimal("0.01") <= low["pension"] <= high["pension"]
    values = {"recent_days": 108, "wages_12": wages, "wages_60": wages}
    assert low["rate"] == reckoned("invalidity-pension", days=days, **values)["rate"]


@few
@given(st.integers(1080, 25000), AMOUNTS, MORE, AMOUNTS)
def test_an_invalidity_pension_takes_the_better_average_and_help_adds_a_tenth(
    days: int, year: Decimal, more: Decimal, before: Decimal
) -> None:
    values = {"days": days, "recent_days": 200, "wages_12": year, "wages_60": year + before}
    low = reckoned("invalidity-pension", **values)
    high = reckoned("invalidity-pension", **{**values, "wages_12": min(year + more, year + before)})
    helped = reckoned("invalidity-pension", **values, helped="true")
    assert low["average"] >= max(year / 12, (year + before) / 60) - Decimal("0.01")
    assert low["total"] <= high["total"] and 50 <= low["rate"] <= 70
    assert helped["total"] - low["total"] == helped["help"]
    assert abs(helped["help"] - low["average"] / 10) <= Decimal("0.01")


@few
@given(
    AMOUNTS, MORE, st.sampled_from(["employee", "private", "pensioner", "voluntary", "trawlers", "sardine"])
)
def test_every_health_contribution_grows_with_its_base(base: Decimal, more: Decimal, who: str) -> None:
    low, high = (reckoned("amo-shares", who=who, base=n) for n in (base, base + more))
    assert low.keys() == high.keys() and all(0 <= low[one] <= high[one] for one in low)
    assert all(value <= base * Decimal("0.06") + Decimal("0.01") for value in low.values())


@few
@given(AMOUNTS, MORE, SECTORS)
def test_a_voluntary_contribution_never_falls_below_that_of_the_minimum(
    wage: Decimal, more: Decimal, sector: str
) -> None:
    sector = "general" if sector == "textile" else sector
    low, high = (reckoned("voluntary-contribution", last_wage=n, sector=sector) for n in (wage, wage + more))
    assert Decimal("212.45") <= low["contribution"] <= high["contribution"]


@few
@given(AMOUNTS, AMOUNTS, DATES, st.integers(-400, 2000), st.integers(0, 90))
def test_lateness_costs_never_less_and_in_time_nothing(
    general: Decimal, amo: Decimal, due: date, late: int, later: int
) -> None:
    def paid_after(days: int) -> dict[str, Decimal]:
        paid = date.fromordinal(due.toordinal() + days)
        return reckoned("late-surcharges", general=general, amo=amo, due=due, paid=paid)

    low, high = paid_after(late), paid_after(late + later)
    assert low["months"] <= high["months"] and low["total"] <= high["total"]
    if late <= 0:
        assert low["total"] == general + amo
    else:
        assert low["months"] >= 1 and low["rate"] == 2 + low["months"]


@few
@given(AMOUNTS)
def test_shares_add_up_to_the_centime(base: Decimal) -> None:
    found = reckoned("amo-shares", base=base)
    assert found["employer"] + found["employee"] == found["total"]
    assert abs(found["total"] - base * Decimal("0.055")) <= Decimal("0.01")


@few
@given(AMOUNTS, AMOUNTS, st.sampled_from(["usual", "serious", "exempt"]))
def test_a_refund_lies_between_nothing_and_what_was_paid(
    tariff: Decimal, paid: Decimal, illness: str
) -> None:
    found = reckoned("amo-refund", tariff=tariff, paid=paid, illness=illness)
    refunds = [value for name, value in found.items() if name.startswith("refund")]
    assert all(0 <= one <= min(tariff, paid) for one in refunds)
    assert found.get("rest_most", found.get("rest")) == paid - min(refunds)
    assert found.get("rest_least", found.get("rest")) == paid - max(refunds)


EVENTS = [one.value for one in KNOWN.calculators["deadlines"].inputs[0].choices]


@few
@given(DATES, st.integers(0, 40), st.sampled_from(EVENTS))
def test_deadlines_follow_the_calendar_and_keep_its_order(day: date, later: int, event: str) -> None:
    first, second = (
        answered("deadlines", event=event, day=one.isoformat())
        for one in (day, date.fromordinal(day.toordinal() + later))
    )
    for one, other in zip(first.results, second.results, strict=True):
        assert day.isoformat() < one.value <= other.value
    if event == "death":
        assert [one.value for one in first.results] == [
            add_months(day, months).isoformat() for months in (9, 12)
        ]


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        ("31/01/2026", "2026-02-28"),
        ("31/01/2028", "2028-02-29"),
        ("31/03/2026", "2026-04-30"),
        ("31/12/2026", "2027-01-31"),
    ],
)
def test_a_month_ends_where_the_shorter_one_does(day: str, limit: str) -> None:
    assert [one.value for one in answered("deadlines", event="change", day=day).results] == [limit]


def test_a_year_is_added_as_a_year_and_not_as_twelve() -> None:
    (one,) = answered("deadlines", event="divorce", day="29/02/2028").results
    assert one.filled.fr.replace("\u00a0", " ") == "29/02/2028 + 1 an" and one.value == "2029-02-28"
    assert one.filled.ar == "29/02/2028 + سنة واحدة"


def test_only_the_figures_that_counted_are_named() -> None:
    done = answered("sickness-allowance", **USUAL["sickness-allowance"], sector="textile")
    named = {parameter.id for parameter, _ in done.figures}
    assert {"textile", "sick_amount", "days_month"} <= named and not named & {"smig", "smag"}
    done = answered("family-allowances", **USUAL["family-allowances"], sector="agriculture")
    named = {parameter.id for parameter, _ in done.figures}
    assert {"smag", "fa_wage", "fa_days"} <= named and not named & {"smig", "textile"}


@pytest.mark.parametrize("wages", ["100.25", "2336.00", "98765.43"])
def test_the_slip_of_a_wage_declaration_agrees_with_the_shares_to_the_centime(wages: str) -> None:
    spec = SpecCatalogue.load().get("wage-declaration")
    rows = {"employees": [{"registration": "123456782", "days": "26", "wage": wages}]}
    dossier = dossier_from_answers(spec, {}, groups=rows).dossier
    slip = assess_completeness(spec, dossier, ON).amounts["amo"]["value"]  # type: ignore[index]
    assert Decimal(str(slip)) == reckoned("amo-shares", who="employee", base=wages)["total"]
