"""What forms say of people's data: read, filled in from shared terms, each mistake named in three languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import SpecErrors
from core.privacy import OUTCOMES, Ending, KeptFrom, Retention
from core.privacy_parser import parse_privacy_terms
from core.spec_parser import parse_spec
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.spec_linting import lint_spec
from forms_service.spec_mistakes import translated
from tests.core.test_spec_parser import SMALL

RETENTION = """\
      - {after: draft, counts_from: last_change, months: 3, then: erase}
      - {after: accepted, counts_from: decision, years: 5, then: anonymise}
      - {after: refused, counts_from: decision, years: 5, then: anonymise}
      - {after: closed, counts_from: decision, years: 2, then: anonymise}
"""
TERMS = f"""\
language: 1
terms:
  - id: allowances
    purpose: {{fr: verser, ar: صرف}}
    legal_basis: {{fr: loi, ar: قانون}}
    recipients: [{{fr: la banque, ar: البنك}}]
    retention:
{RETENTION}"""
SHARED = parse_privacy_terms(TERMS, "privacy.yaml")
OWN = "privacy:\n" + TERMS.partition("allowances\n")[2]


def problems_of_form(privacy: str) -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(privacy + SMALL, "t.yaml", terms=SHARED)
    return [one.problem for one in caught.value.errors]


def problems_of_terms(before: str, after: str) -> list[str]:
    assert before in TERMS
    with pytest.raises(SpecErrors) as caught:
        parse_privacy_terms(TERMS.replace(before, after), "privacy.yaml")
    return [one.problem for one in caught.value.errors]


def test_a_form_says_only_where_it_differs_from_the_shared_terms() -> None:
    text = (
        "privacy: {terms: allowances, purpose: {fr: autre, ar: آخر}, retention: "
        "[{after: accepted, counts_from: deposit, years: 1, months: 6, then: anonymise}]}\n"
    )
    privacy = parse_spec(text + SMALL, "t.yaml", terms=SHARED).privacy
    assert privacy is not None
    assert (privacy.purpose.fr, privacy.legal_basis.fr) == ("autre", "loi")
    assert [one.fr for one in privacy.recipients] == ["la banque"]
    assert [one.after for one in privacy.retention] == list(OUTCOMES)
    assert privacy.retention_after("accepted") == Retention(
        "accepted", KeptFrom.DEPOSIT, Ending.ANONYMISE, years=1, months=6
    )
    assert privacy.retention_after("refused") == SHARED.by_id["allowances"].retention_after("refused")
    assert privacy.retention_after("under_review") is None
    assert privacy.rules_digest() != SHARED.by_id["allowances"].rules_digest()


def test_a_form_may_say_everything_itself_or_nothing() -> None:
    assert parse_spec(OWN + SMALL, "t.yaml", terms=SHARED).privacy is not None
    assert parse_spec(SMALL, "t.yaml", terms=SHARED).privacy is None


@pytest.mark.parametrize(
    ("privacy", "said"),
    [
        (
            "privacy: {terms: alowances}\n",
            "privacy: no terms are called 'alowances', did you mean 'allowances'?",
        ),
        ("privacy: {terms: zzz}\n", "privacy: no terms are called 'zzz', expected an id of privacy.yaml"),
        (OWN.replace("    purpose:", "    source: s\n    #"), "privacy: purpose is missing"),
        (
            OWN.replace("{after: closed,", "{after: refused,"),
            "retention: refused stands here twice, expected once",
        ),
    ],
)
def test_each_mistake_of_a_form_is_named_in_three_languages(privacy: str, said: str) -> None:
    found = problems_of_form(privacy)
    assert any(one.startswith(said) for one in found), found
    assert all(translated(one) is not None for one in found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("months: 3, then", "then", "retention after draft: no length of time"),
        ("last_change", "decision", "retention after draft: it cannot count from decision"),
        ("years: 2, then: anonymise", "years: 2, then: erase", "retention after closed: figures count"),
        ("months: 3", "months: -3", "retention after draft: no length of time"),
        ("then: erase", "then: burn", "then: 'burn' is unknown"),
        (RETENTION.splitlines()[3], "", "retention: nothing is said of closed"),
    ],
)
def test_each_mistake_of_the_terms_is_named_in_three_languages(before: str, after: str, said: str) -> None:
    found = problems_of_terms(before, after)
    assert any(one.startswith(said) for one in found), found
    assert all(translated(one) is not None for one in found)


@pytest.mark.parametrize(
    ("event", "months", "days", "ends"),
    [
        (date(2026, 1, 31), 1, 0, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, 0, date(2025, 2, 28)),
        (date(2026, 3, 1), 1, 10, date(2026, 4, 11)),
    ],
)
def test_nothing_is_let_go_a_day_too_early(event: date, months: int, days: int, ends: date) -> None:
    rule = Retention("closed", KeptFrom.DECISION, Ending.ANONYMISE, months=months, days=days)
    assert rule.ends_on(event) == ends
    assert rule.latest_event(ends) >= event
    assert rule.ends_on(rule.latest_event(ends)) <= ends


def test_every_procedure_of_the_fund_says_what_happens_to_the_data() -> None:
    for spec in SpecCatalogue.load().forms():
        assert spec.privacy is not None, spec.id
        assert [one.after for one in spec.privacy.retention] == list(OUTCOMES), spec.id
        assert spec.privacy.proposed, f"{spec.id}: the sources name no length of time"


def test_lint_warns_of_a_procedure_that_says_nothing(tmp_path: Path) -> None:
    text = (Path("form_specs") / "card-duplicate" / "v1.yaml").read_text(encoding="utf-8")
    silent = tmp_path / "card-duplicate" / "v1.yaml"
    silent.parent.mkdir()
    silent.write_text(text.replace("privacy: {terms: registration}\n", ""), encoding="utf-8")
    lines = [one.in_language("fr") for one in lint_spec(silent, Path("form_specs")).remarks]
    assert any("gardées sans fin" in one for one in lines)
    silent.write_text(text, encoding="utf-8")
    lines = [one.in_language("fr") for one in lint_spec(silent, Path("form_specs")).remarks]
    assert not any("gardées sans fin" in one for one in lines)
