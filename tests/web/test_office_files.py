"""The files an operator takes away hold all that the pages show, in the words of the language."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from web_service import ANSWERS, Service, Visitor

from core.localized_text import Language
from forms_service.locales import say


@pytest.fixture(scope="module")
def decided(service: Service) -> str:
    """A dossier that came complete enough to be refused the day it was deposited."""
    services, reviewer = service.application.services, service.actor("reviewer")
    dossier_id = service.new_dossier(ANSWERS)
    services.deposit(service.actor("applicant"), dossier_id, True)
    services.start_review(reviewer, dossier_id)
    services.decide(reviewer, dossier_id, "refused", "Hors délai")
    return dossier_id


def operator(service: Service, language: str) -> Visitor:
    return service.visitor(language).sign_in("operator")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_both_files_of_the_figures_hold_every_figure_of_the_page(
    service: Service, decided: str, language: str
) -> None:
    visitor = operator(service, language)
    text = visitor.get("/operator/figures.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/operator/figures.xlsx").data))
    pages = {page.title: list(page.iter_rows(values_only=True)) for page in book}
    words = {
        name: say(f"figures.{name}", Language(language))
        for name in ("sums", "arrivals", "waiting", "fields", "median", "nine_in_ten", "complete", "open_now")
    }
    for name in ("sums", "arrivals", "waiting", "fields"):
        assert [words[name]] in rows
        assert words[name] in pages
    sums = {row[0]: row[1] for row in pages[words["sums"]][1:]}
    assert float(sums[words["median"]]) == pytest.approx(0, abs=0.1)
    assert [words["complete"], str(sums[words["complete"]])] in rows
    assert [words["open_now"], str(sums[words["open_now"]])] in rows
    assert len(pages[words["arrivals"]]) == 31, "a head and thirty days"
    complete = pages[say("figures.completeness", Language(language))]
    assert sum(row[2] for row in complete[1:]) == sums[say("figures.first_deposits", Language(language))]


@pytest.mark.parametrize(
    ("asked", "said", "shown"),
    [
        ("since=2026-02-31&until=2026-03-05", "no_such_day", "2026-02-04"),
        ("since=2026-03-05&until=2026-03-01", "turned_round", "2026-03-01"),
        ("since=2020-01-01&until=2026-01-01", "cut_short", "2025-01-01"),
        ("since=2026-03-01&until=2026-03-05", "", "2026-03-01"),
    ],
)
def test_a_period_that_cannot_be_shown_as_asked_is_said(
    service: Service, asked: str, said: str, shown: str
) -> None:
    page = operator(service, "ar").get(f"/operator/?{asked}").get_data(as_text=True)
    for name in ("no_such_day", "turned_round", "cut_short"):
        assert (say(f"figures.{name}", Language.AR, n=366) in page) == (name == said)
    assert f'name="since" value="{shown}"' in page


@pytest.mark.parametrize(
    ("language", "made"), [("ar", "إنشاء رمز دخول لبرنامج"), ("fr", "Jeton d'accès créé")]
)
def test_the_record_says_in_words_what_was_done(
    service: Service, program, decided: str, language: str, made: str
) -> None:
    program("operator")
    visitor = operator(service, language)
    page = visitor.get("/operator/record?action=token_made").get_data(as_text=True).replace("&#39;", "'")
    line = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert made in line
    assert "token_made" not in line
    rows = list(
        csv.reader(
            io.StringIO(visitor.get("/operator/record.csv").data.decode("utf-8-sig"), newline=""),
            delimiter=";",
        )
    )
    assert len(set(map(len, rows))) == 1
    assert not any("_" in row[2] for row in rows[1:]), "words, no codes"
    assert "—" not in {row[1] for row in rows}
    told = {row[2]: row[4] for row in rows[1:]}
    assert not any(re.search(r"[{}\[\]]|(^| – )[a-z_]+ ?:|True|False|None", one) for one in told.values())
    deposited, decided_ = (told[say(f"event.{one}", Language(language))] for one in ("deposited", "refuse"))
    assert say("detail.complete", Language(language)) in deposited
    assert say("outcome.refused", Language(language)) in decided_
    latest = next(row[4] for row in rows if row[2] == made)
    assert service.actor("operator").name in latest, "whose token, by name"
