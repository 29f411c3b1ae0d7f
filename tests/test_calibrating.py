"""Calibrating goes on where it was broken off, learns from reviewers too, and says what it is worth."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from core.errors import DossierError
from core.extraction import BoxPx, Extraction, Verdict
from core.form_spec import FormSpec
from forms_service import calibration_copies
from forms_service.bootstrap import build
from forms_service.calibrating import Calibrating, read_evidence
from forms_service.calibration_copies import SCANS, Copy, read_copies
from forms_service.ocr.calibration import Calibration
from forms_service.ocr.evidence import Evidence, Group
from forms_service.rehearsal.confidence_fitting import Outcome
from forms_service.rehearsal.material import CALIBRATING, MEASURING, PROVING, TUNING
from forms_service.rehearsal.practice_sheet import practice_sheet
from forms_service.rehearsal.rehearse import RehearsedAnswer
from forms_service.rehearsal.typing_in import Typewriter
from forms_service.spec_catalogue import SpecCatalogue
from tests.test_commands import run  # noqa: F401  (a fixture)

ON = date(2026, 3, 2)


class Reader:
    """Stands for filling, spoiling and reading a copy: two readings, one of them wrong now and then."""

    def __init__(self) -> None:
        self.copies: list[tuple[str, str, int]] = []
        self.breaks_at: int | None = None

    def __call__(self, spec, _layout, _pages, copy, _seed, degradations, material):
        if len(self.copies) == self.breaks_at:
            raise KeyboardInterrupt
        self.copies.append((material.name, spec.id, copy))
        how = degradations[copy % len(degradations)].name
        return [self._answer(0.95, "Fès", how), self._answer(0.5, "Fès" if copy % 2 else "Fes", how)], 0

    @staticmethod
    def _answer(score: float, value: str, how: str) -> RehearsedAnswer:
        evidence = Evidence(Group.LATIN, {"tesseract": score}).as_dict()
        box = BoxPx(0, 0, 9, 9)
        read = Extraction("city", value, value, 0.5, 0, box, Verdict.REVIEW, "test", None, evidence)
        return RehearsedAnswer("city", "city", "latn", how, "a font", "Fès", read)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    reader = Reader()
    monkeypatch.setattr(calibration_copies, "rehearse_copy", reader)
    monkeypatch.setattr("forms_service.rehearsing.blank_pages_with_answers", lambda _spec: [])
    return reader


def two_forms() -> tuple[FormSpec, ...]:
    catalogue = SpecCatalogue.load()
    return tuple(catalogue.get(form_id) for form_id in ("310-1-32", "311-1-14"))


def wanted(folder: Path, copies: int = 3, checked: int = 1) -> Calibrating:
    return Calibrating(two_forms(), folder, copies, checked, 1)


def test_a_run_broken_off_loses_nothing_and_reads_nothing_twice(reader: Reader, tmp_path: Path):
    reader.breaks_at = 3
    with pytest.raises(KeyboardInterrupt):
        wanted(tmp_path).collect()
    journal = next(tmp_path.glob("readings-calibrating-*.jsonl"))
    journal.write_bytes(journal.read_bytes() + b'{"form": "311-1-14", "cop')  # the power failed while writing
    reader.breaks_at = None
    told: list[int] = []
    wanted(tmp_path).collect(told.append)
    forms = [spec.id for spec in two_forms()]
    everything = {("calibrating", form, copy) for form in forms for copy in range(3)}
    everything |= {("measuring", form, 0) for form in forms}
    assert set(reader.copies) == everything
    assert len(reader.copies) == len(everything)
    assert told[-1] == wanted(tmp_path).steps == 8


def test_more_copies_later_are_added_to_those_read(reader: Reader, tmp_path: Path):
    wanted(tmp_path, copies=2, checked=0).collect()
    wanted(tmp_path, copies=3, checked=0).collect()
    assert [copy for _, _, copy in reader.copies] == [0, 0, 1, 1, 2, 2]


def test_the_calibration_is_readable_and_only_made_from_its_own_material(reader: Reader, tmp_path: Path):
    run_of_it = wanted(tmp_path, copies=2000, checked=4)
    run_of_it.collect()
    paths = run_of_it.conclude("forms-service scan calibrate", ON)
    assert [path.name for path in paths] == ["confidence.json", "reliability.svg", "coverage.md"]
    data = json.loads(paths[0].read_text())
    learnt = 2 * 2 * _in_sound_typefaces(2000)  # forms, readings
    assert (data["on"], data["readings"], data["copies_of_each"]) == ("2026-03-02", learnt, 2000)
    assert data["groups"]["latin"]["accept"]["from_score"] == 0.95
    assert data["groups"]["latin"]["accept"]["proven"] is True
    table = paths[2].read_text()
    assert "never calibrated on (measuring)" in table
    assert f"| Latin text and names | {learnt} | 100 % | " in table and "| 50 % | 0.95 | proven |" in table
    assert "| Latin text and names | 16 | 75.0 % | 50 % | 0 |" in table


def test_a_worn_machine_is_shown_apart_and_decides_nothing(reader: Reader, tmp_path: Path):
    run_of_it = wanted(tmp_path, copies=8, checked=0)
    run_of_it.collect()
    paths = run_of_it.conclude("x", ON)
    data = json.loads(paths[0].read_text())
    assert data["not_learnt_from"] == ["GNUTypewriter"]
    sound = _in_sound_typefaces(8)
    assert 0 < sound < 8
    assert data["groups"]["latin"]["readings"] == 2 * 2 * sound  # forms, readings
    learnt, worn = paths[2].read_text().split("## Typed on a worn machine")
    assert f"| Latin text and names | {2 * 2 * sound} |" in learnt
    assert f"| Latin text and names | {2 * 2 * (8 - sound)} |" in worn


def _in_sound_typefaces(copies: int) -> int:
    """How many of the copies are not typed on the imitation of a worn machine."""
    machines = (Typewriter.in_turn(CALIBRATING, number).latin.stem for number in range(copies))
    return sum(machine != "GNUTypewriter" for machine in machines)


def test_what_reviewers_found_counts(reader: Reader, tmp_path: Path):
    """A reading that is always right in the rehearsal and wrong in real life is not accepted any more."""
    run_of_it = wanted(tmp_path, copies=200, checked=0)
    run_of_it.collect()
    seen = tmp_path / "seen.jsonl"
    evidence = Evidence(Group.LATIN, {"tesseract": 0.97}).as_dict()
    seen.write_text(json.dumps({"evidence": evidence, "confidence": 0.99, "right": False}) + "\n")
    real = read_evidence(seen)
    assert real == [Outcome(Evidence(Group.LATIN, {"tesseract": 0.97}), False)]
    data = json.loads(run_of_it.conclude("x", ON, real)[0].read_text())
    assert data["of_these_judged_by_reviewers"] == 1
    assert data["groups"]["latin"]["accept"]["from_score"] is None
    assert Calibration.from_dict(data).judge(real[0].evidence).doubt is not None


def test_the_check_may_be_on_the_set_for_final_figures_with_damage_drawn_by_chance(
    reader: Reader, tmp_path: Path
):
    forms = two_forms()
    final = Calibrating(forms, tmp_path, 200, 3, 1, PROVING)
    final.collect()
    assert {copy for copy in reader.copies if copy[0] != "calibrating"} == {
        ("proving", spec.id, number) for spec in forms for number in range(3)
    }
    table = final.conclude("x", ON)[2].read_text().split("(proving)")[1]
    assert set(SCANS).isdisjoint(DAMAGE := [Copy("", n, 501, PROVING).how for n in range(3)])
    assert all(f"| {how.name} |" in table for how in DAMAGE)


def test_any_set_may_be_spoilt_by_chance_but_never_as_the_set_for_final_figures_is():
    names = {
        material.name: [Copy("", n, 411, material, by_chance=True).how for n in range(20)]
        for material in (TUNING, MEASURING, PROVING)
    }
    assert len({tuple(hows) for hows in names.values()}) == len(names)
    assert set(SCANS).isdisjoint(how for hows in names.values() for how in hows)
    assert Copy("", 3, 411, TUNING).how in SCANS


def test_it_does_not_matter_which_copy_was_read_first(reader: Reader, tmp_path: Path):
    run_of_it = wanted(tmp_path, copies=20, checked=0)
    run_of_it.collect()
    before = [path.read_text() for path in run_of_it.conclude("x", ON)]
    journal = next(tmp_path.glob("*.jsonl"))
    journal.write_text("".join(reversed(journal.read_text().splitlines(keepends=True))))
    assert [path.read_text() for path in run_of_it.conclude("x", ON)] == before


@pytest.mark.tesseract
def test_two_processes_read_what_one_reads():
    sheet = practice_sheet()
    copies = [Copy(sheet.id, number, 1, TUNING) for number in range(2)]
    alone = {copy.number: answers for copy, answers in read_copies([sheet], copies, 1)}
    together = {copy.number: answers for copy, answers in read_copies([sheet], copies, 2)}
    assert alone == together
    assert all(len(answers) > 30 for answers in alone.values())


def test_another_file_is_refused_in_one_sentence(tmp_path: Path):
    (tmp_path / "x").write_text("Nom,Prénom\n")
    with pytest.raises(DossierError, match=r"n'est pas un fichier d'indices"):
        read_evidence(tmp_path / "x")


def test_nothing_is_created_where_no_service_was_started_or_nobody_reviewed(run, tmp_path: Path):  # noqa: F811
    for arguments in (["scan", "evidence"], ["receipt", "keys", "public"]):
        outcome = run(*arguments)
        assert outcome.code == 2 and "FORMS_DATA_DIR" in outcome.err
    assert not [*tmp_path.iterdir()]
    build().close()
    none = run("scan", "evidence")
    assert none.code == 0 and "0 readings" in none.err and not none.out
    assert run("scan", "evidence", "-o", "not-there/x.jsonl").code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["var"]


def test_the_commands_export_and_calibrate(run, reader: Reader, tmp_path: Path):  # noqa: F811
    build().close()
    exported = run("scan", "evidence", "-o", "seen.jsonl")
    assert exported.code == 0 and "0 readings" in exported.err
    assert (tmp_path / "seen.jsonl").read_text() == ""
    done = run(
        "scan",
        "calibrate",
        "-o",
        "out",
        "--copies",
        "2",
        "--check",
        "1",
        "--evidence",
        "seen.jsonl",
        "--processes",
        "1",
    )
    assert done.code == 0, done.out
    made_by = json.loads((tmp_path / "out" / "confidence.json").read_text())["made_by"]
    assert made_by == "forms-service scan calibrate --copies 2 --check 1 --seed 1 --evidence seen.jsonl"
    assert (tmp_path / "out" / "reliability.svg").read_text().startswith("<svg")
    assert reader.copies
