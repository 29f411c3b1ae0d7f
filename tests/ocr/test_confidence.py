"""Confidence means something: it is learnt from what was right, never falls as evidence grows, and says
what it does not know."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from forms_service.ocr.calibration import FILE, Calibration, calibration, recognisers
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.evidence import Evidence, Group
from forms_service.rehearsal.calibration_report import coverage_table, reliability_plot
from forms_service.rehearsal.confidence_fitting import (
    GROUP_LIMIT,
    LEAST_FOR_PROOF,
    LEAST_UNPROVEN,
    LIMIT,
    Outcome,
    acceptance,
    error_at_most,
    fit,
    journal_line,
    outcomes_of,
    steps,
)


def reading(
    score: float, right: bool = True, group: Group = Group.LATIN, doubt: Doubt | None = None
) -> Outcome:
    return Outcome(
        Evidence(group, {"tesseract": score}, doubt=doubt.value if doubt else None), right, "clean"
    )


def spread(count: int, wrong_below: float = 0.0, seed: int = 1) -> list[Outcome]:
    """Readings with scores all over, wrong half of the time below a score and never above it."""
    rng = random.Random(seed)
    scores = [round(rng.uniform(0.3, 1.0), 3) for _ in range(count)]
    return [reading(score, score >= wrong_below or rng.random() < 0.5) for score in scores]


# --- bounds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "readings"), [(0, 100), (1, 100), (5, 50), (0, 3000), (3, 10_000)])
def test_the_bound_is_where_so_few_mistakes_are_only_one_time_in_twenty(wrong: int, readings: int):
    share = error_at_most(wrong, readings)
    chance = sum(
        math.comb(readings, number) * share**number * (1 - share) ** (readings - number)
        for number in range(wrong + 1)
    )
    assert chance == pytest.approx(0.05, rel=1e-6)


def test_nothing_read_proves_nothing():
    assert error_at_most(0, 0) == 1.0
    assert error_at_most(4, 4) == 1.0
    assert LEAST_FOR_PROOF == 2995
    assert error_at_most(0, LEAST_FOR_PROOF) <= LIMIT < error_at_most(0, LEAST_FOR_PROOF - 2)


# --- probabilities ----------------------------------------------------------------------------------


def test_the_probability_never_falls_as_the_score_grows():
    rows = steps(spread(2000, wrong_below=0.7))
    assert all(one["from_score"] < other["from_score"] for one, other in pairwise(rows))
    assert all(one["probability"] <= other["probability"] for one, other in pairwise(rows))
    assert sum(one["readings"] for one in rows) == 2000


def test_the_probability_is_the_share_that_was_right():
    """Half of what scores low is right, all of what scores high."""
    learnt = Calibration.from_dict({"groups": fit(spread(4000, wrong_below=0.7))})
    low = learnt.judge(Evidence(Group.LATIN, {"tesseract": 0.5})).probability
    high = learnt.judge(Evidence(Group.LATIN, {"tesseract": 0.9})).probability
    assert low == pytest.approx(0.5, abs=0.06)
    assert high > 0.998


def test_no_reading_is_certain_and_a_group_never_seen_is_not_trusted():
    learnt = Calibration.from_dict({"groups": fit([reading(0.9) for _ in range(100_000)])})
    assert learnt.judge(Evidence(Group.LATIN, {"tesseract": 1.0})).probability < 1.0
    unknown = learnt.judge(Evidence(Group.AMOUNT, {"tesseract": 1.0}))
    assert unknown.doubt is Doubt.NOT_PROVEN
    assert unknown.probability == 0.5


# --- acceptance -------------------------------------------------------------------------------------


def test_with_enough_readings_the_limit_is_proven():
    found = acceptance(spread(12_000, wrong_below=0.6), bounded=False)
    assert found.basis == "proven"
    assert found.error_at_most <= LIMIT
    assert 0.55 <= found.from_score <= 0.66  # a twentieth of the readings is the grid's step


def test_some_mistakes_are_no_obstacle_when_the_readings_are_many():
    outcomes = [reading(0.9) for _ in range(19_995)] + [reading(0.9, False) for _ in range(5)]
    found = acceptance(outcomes)
    assert (found.basis, found.wrong, found.readings) == ("proven", 5, 20_000)


def test_with_fewer_readings_none_may_be_wrong_and_it_is_said_to_be_unproven():
    found = acceptance(spread(1500, wrong_below=0.7))
    assert found.basis == "faultless"
    assert found.as_dict()["proven"] is False
    assert found.wrong == 0
    assert found.error_at_most > LIMIT
    assert found.from_score >= 0.68


def mistaken(wrong: int, readings: int, group: Group = Group.LATIN) -> list[Outcome]:
    """Equally sure readings, some of them wrong."""
    return [reading(0.9, number >= wrong, group) for number in range(readings)]


def test_a_group_with_mistakes_is_accepted_where_the_others_make_up_for_them():
    """Two wrong in 2,500 are at most 3 in a thousand, but more than 1; with 20,000 faultless they are less."""
    many = mistaken(0, 20_000, Group.NUMBER)
    together = fit([*mistaken(2, 2500), *many])
    assert together["latin"]["accept"]["basis"] == "bounded"
    assert together["latin"]["accept"]["wrong"] == 2
    assert together["latin"]["accept"]["proven"] is False
    alone = fit(mistaken(2, 2500))
    assert alone["latin"]["accept"]["from_score"] is None


def test_no_group_hides_behind_the_others():
    """Nine wrong in 2,000 would drown in 200,000 faultless numbers; names would still be wrong too often."""
    together = fit([*mistaken(9, 2000), *mistaken(0, 200_000, Group.NUMBER)])
    assert together["latin"]["accept"]["from_score"] is None


def test_a_group_that_broke_the_promise_in_what_was_seen_is_not_accepted_whatever_can_be_ruled_out():
    """Four wrong in 3,115 are at most 3 in a thousand, and more than 1 were seen: so it was with e-mail."""
    assert error_at_most(4, 3115) < GROUP_LIMIT
    together = fit([*mistaken(4, 3115), *mistaken(0, 20_000, Group.NUMBER)])
    assert together["latin"]["accept"]["from_score"] is None


def test_mistakes_among_the_least_sure_are_not_made_up_for_by_the_surest_of_the_same_group():
    """One wrong in the least sure twentieth of 2,500 is little of all, and much of those like it."""
    sure = [reading(0.7 + number / 100_000) for number in range(2375)]
    unsure = [reading(0.1 + number / 1000, number != 40) for number in range(125)]
    found = acceptance([*sure, *unsure])
    assert (found.basis, found.wrong) == ("bounded", 0)
    assert found.from_score > 0.7


def test_blanks_and_ticks_make_up_for_nobody():
    names, marks = mistaken(3, 3000), [*mistaken(0, 8000, Group.BLANK), *mistaken(0, 8000, Group.TICK)]
    assert fit([*names, *mistaken(0, 8000, Group.NUMBER)])["latin"]["accept"]["basis"] == "bounded"
    assert fit([*names, *marks])["latin"]["accept"]["from_score"] is None


def test_faultless_groups_too_small_to_keep_the_promise_together_are_not_accepted():
    """Twice 400 readings without a mistake rule out 3.7 in a thousand, not one."""
    few = fit([*mistaken(0, 400, Group.LATIN), *mistaken(0, 400, Group.AMOUNT)])
    assert [one["accept"]["from_score"] for one in few.values()] == [None, None]
    among_many = fit([*mistaken(0, 400, Group.LATIN), *mistaken(0, 4000, Group.NUMBER)])
    assert among_many["latin"]["accept"]["basis"] == "faultless"


def test_where_mistakes_are_too_many_in_all_the_most_mistaken_group_goes_back_first():
    groups = {Group.LATIN: (5, 5000), Group.AMOUNT: (1, 2000), Group.NUMBER: (0, 4000), Group.DATE: (2, 2600)}
    found = fit([one for group, (wrong, count) in groups.items() for one in mistaken(wrong, count, group)])
    accepted = {name: one["accept"]["readings"] for name, one in found.items()}
    assert accepted == {"latin": 0, "amount": 2000, "number": 4000, "date": 2600}
    wrong = sum(one["accept"]["wrong"] for one in found.values())
    assert error_at_most(wrong, sum(accepted.values())) <= LIMIT


def test_a_margin_is_kept_where_mistakes_end_the_search():
    """2,000 right ones above 0.6 and below it every other one wrong: a tenth of the readings is given back."""
    found = acceptance(spread(3500, wrong_below=0.6))
    assert found.basis == "bounded"
    assert found.wrong == 0
    assert 0.63 < found.from_score < 0.72


def test_too_few_readings_or_mistakes_among_the_surest_are_never_accepted():
    assert acceptance([reading(0.99) for _ in range(LEAST_UNPROVEN - 1)]).from_score is None
    surest_wrong = [reading(0.8) for _ in range(900)] + [reading(0.99, False) for _ in range(3)]
    assert acceptance(surest_wrong).from_score is None
    assert acceptance([]).from_score is None


@pytest.mark.parametrize("group", [Group.ARABIC_TEXT, Group.ARABIC_NAME_ALONE])
def test_what_nothing_else_confirms_is_only_accepted_on_proof(group: Group):
    assert acceptance([reading(0.99, group=group) for _ in range(1000)]).from_score is None
    assert acceptance([reading(0.99, group=group) for _ in range(LEAST_FOR_PROOF)]).from_score == 0.99


def test_a_doubt_sends_the_surest_reading_to_a_person():
    outcomes = spread(5000) + [reading(0.99, True, doubt=Doubt.READINGS_DISAGREE) for _ in range(400)]
    learnt = Calibration.from_dict({"groups": fit(outcomes)})
    sure = Evidence(Group.LATIN, {"tesseract": 0.99})
    assert learnt.judge(sure).doubt is None
    assert learnt.judge(sure.doubted(Doubt.UNEXPLAINED_MARK)).doubt is Doubt.UNEXPLAINED_MARK


@pytest.mark.parametrize(
    ("group", "doubt"),
    [
        (Group.ARABIC_NAME_ALONE, Doubt.NOT_CORROBORATED),
        (Group.ARABIC_CONFIRMED, Doubt.NOT_PROVEN),
        (Group.LATIN, Doubt.LOW_CONFIDENCE),
    ],
)
def test_the_reason_given_fits_the_kind_of_reading(group: Group, doubt: Doubt):
    outcomes = [*spread(1500, wrong_below=0.7), *mistaken(0, 4000, Group.NUMBER)]
    learnt = Calibration.from_dict({"groups": fit(outcomes)})
    assert learnt.judge(Evidence(group, {"x": 0.4})).doubt is doubt


# --- evidence ---------------------------------------------------------------------------------------


def test_a_reading_is_as_sure_as_its_least_sure_reader_and_mending_ranks_lower():
    both = Evidence(Group.NUMBER, {"packed_line": 0.7, "cells": 0.95})
    assert both.score == 0.7
    mended = Evidence(Group.IDENTITY_NUMBER, {"packed_line": 1.0, "cells": 1.0}, mended=True)
    assert mended.score <= Evidence(Group.IDENTITY_NUMBER, {"packed_line": 0.5, "cells": 0.5}).score


def test_evidence_and_journals_survive_the_way_through_json():
    outcomes = [
        Outcome(Evidence(Group.ARABIC_CONFIRMED, {"arabic_lines": 0.98}, corroborated=True), True, "fax"),
        Outcome(Evidence(Group.DATE, {"packed_line": 0.5}, False, doubt="readings_disagree"), False, "fax"),
    ]
    line = json.loads(json.dumps(journal_line("311-1-14", 3, outcomes)))
    assert outcomes_of(line) == outcomes


@pytest.mark.parametrize(
    "broken",
    [{}, {"group": "latin", "readers": {"x": 1.4}}, {"group": "nothing", "readers": {}}, {"readers": 3}],
)
def test_what_is_no_evidence_is_refused(broken: dict[str, object]):
    with pytest.raises(ValueError):
        Evidence.from_dict(broken)


def test_the_first_doubt_stays():
    first = Evidence(Group.LATIN, {"tesseract": 0.9}).doubted(Doubt.READINGS_DISAGREE)
    assert first.doubted(Doubt.UNCERTAIN_POSITION) == first


# --- what is shown ----------------------------------------------------------------------------------


def test_the_table_counts_what_would_be_accepted_and_the_plot_is_a_picture():
    learnt, checked = spread(6000, wrong_below=0.6), spread(1000, wrong_below=0.6, seed=2)
    groups = fit(learnt)
    table = coverage_table("Checked", checked, Calibration.from_dict({"groups": groups}))
    row = next(line for line in table.splitlines() if line.startswith("| Latin"))
    number, exact, accepted, wrong, bound = (cell.strip() for cell in row.strip("| ").split("|")[1:])
    assert number == "1000"
    assert wrong == "0"
    assert float(exact.rstrip(" %")) < 100
    assert 40 <= int(accepted.rstrip(" %")) <= 62
    assert float(bound.rstrip(" ‰")) == pytest.approx(1000 * error_at_most(0, 1000 * 0.57), rel=0.2)
    plot = ElementTree.fromstring(reliability_plot(groups, learnt, checked))
    assert plot.tag.endswith("svg")
    assert len(plot.findall(".//{*}polyline")) == 1


# --- the calibration in force -----------------------------------------------------------------------


def test_the_shipped_calibration_says_how_it_was_made_and_keeps_its_own_promise():
    data = json.loads(FILE.read_text(encoding="utf-8"))
    assert data["made_by"].startswith("forms-service scan calibrate")
    assert data["material"] == "calibrating"
    assert data["wrong_among_accepted_at_most"] == LIMIT
    assert data["recognisers"] == recognisers(), "the recognisers changed: run scan calibrate again"
    for name, group in data["groups"].items():
        accept = group["accept"]
        if accept["from_score"] is None:
            continue
        assert accept["error_at_most"] == pytest.approx(
            error_at_most(accept["wrong"], accept["readings"]), abs=1e-5
        ), name
        assert accept["proven"] == (accept["error_at_most"] <= LIMIT), name
        assert accept["proven"] or accept["wrong"] == 0 or accept["error_at_most"] <= GROUP_LIMIT, name
    assert set(data["groups"]) <= {group.value for group in Group}
    everything = data["accepted_in_all"]
    assert everything["error_at_most"] == pytest.approx(
        error_at_most(everything["wrong"], everything["readings"]), abs=1e-5
    )
    assert everything["error_at_most"] <= LIMIT
    assert calibration().accept_from
