"""Answers and amounts on the command line, and what lint says of their files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from forms_service.cli import main

SPECS = Path(__file__).parents[1] / "form_specs"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    told = capsys.readouterr()
    return int(left.value.code or 0), told.out, told.err


def test_answers_are_found_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "guidance", "search", "ذعائر", "التاخير", "--json")
    found = json.loads(out)
    assert code == 0 and found["found"][0]["number"] == "63" and "**" in found["found"][0]["excerpt"]
    assert run(capsys, "guidance", "search", "xylophone")[0] == 1
    code, out, _ = run(capsys, "guidance", "show", "63", "--json")
    answer = json.loads(out)
    assert answer["id"] == "late-surcharges" and answer["figures"][0]["age"]["ar"]
    assert run(capsys, "guidance", "show", "167")[0] == 2


def test_amounts_are_reckoned(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("calculate", "late-surcharges", "general=10000", "due=2026-01-10", "paid=2026-03-11")
    code, out, _ = run(capsys, *asked, "--json")
    assert code == 0 and json.loads(out)["results"][-1]["value"] == "10500.00"
    assert "12 560,00" in run(capsys, *asked, "amo=2000")[1].replace("\u202f", " ").replace("\u00a0", " ")
    code, out, _ = run(capsys, "calculate", "old-age-pension", "days=10", "wages=1")
    assert code == 1 and out.startswith("days: ")
    for wrong in (
        ("calculate", "nothing"),
        ("calculate", "deadlines", "x"),
        ("calculate", "deadlines", "x=1"),
    ):
        assert run(capsys, *wrong)[0] == 2
    assert "deadlines" in run(capsys, "calculate")[1]


def test_lint_reads_these_files_too_and_names_what_points_to_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("guidance", "calculators"):
        (tmp_path / name).mkdir()
    shutil.copy(SPECS / "parameters.yaml", tmp_path)
    theme = (SPECS / "guidance" / "02-voluntary-insurance.yaml").read_text("utf-8")
    wrong = theme.replace("{cv_rate}", "{cv_rat}")
    (tmp_path / "guidance" / "02-voluntary-insurance.yaml").write_text(wrong, "utf-8")
    (tmp_path / "guidance" / "03-again.yaml").write_text(
        theme.replace("theme: voluntary-insurance", "theme: again"), "utf-8"
    )
    code, out, _ = run(capsys, "specs", "lint", tmp_path, "--lang", "fr")
    assert code == 1
    assert "aucun paramètre partagé ne s'appelle 'cv_rat', vouliez-vous 'cv_rate' ?" in out
    assert "aucun calculateur ne s'appelle 'voluntary-contribution'" in out
    assert "avertissement: procedures : aucun formulaire ne s'appelle 'voluntary-insurance'" in out
    (tmp_path / "guidance" / "02-voluntary-insurance.yaml").write_text(theme, "utf-8")
    code, out, _ = run(capsys, "specs", "lint", tmp_path / "guidance", "--lang", "ar")
    assert code == 1 and "answer voluntary-insurance-rate" in out and "والمنتظر مرة واحدة" in out
