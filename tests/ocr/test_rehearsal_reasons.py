"""An author is told why a field will be read poorly: the right reason at the right field, none at a good one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from core.extraction import BoxPx, Extraction, FieldAnswer, Verdict
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, FormLayout, Placement, WidgetKind
from forms_service.cli import commands
from forms_service.ocr.doubts import Doubt
from forms_service.rehearsal.doubts_in_english import ENGLISH_DOUBTS
from forms_service.rehearsal.field_reasons import reasons_of, worst_first
from forms_service.rehearsal.reason_sentences import SENTENCES
from forms_service.rehearsal.rehearse import RehearsalReport, RehearsedAnswer
from forms_service.rehearsing import blank_pages_with_answers
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from tests.ocr.drawn_form import form

PX_PER_MM = 10
DRAFT = Path(__file__).parent.parent / "third_form" / "leave-1" / "v1.yaml"
LABEL = LocalizedText(ar="خانة", fr="case")


def _placed(
    field_id: str, box: BoxMm, widget: WidgetKind = WidgetKind.TEXT, comb: int | None = None
) -> Placement:
    return Placement(field_id, 1, box.inset(0.3), widget, Script.LATN, comb, frame=box)


BAD = {
    "narrow": (FieldSpec("narrow", "registration_number", LABEL, Script.LATN, comb=9), BoxMm(12, 40, 24, 8)),
    "low": (FieldSpec("low", "text", LABEL, Script.LATN), BoxMm(12, 60, 60, 3.5)),
    "low.ar": (FieldSpec("low.ar", "text", LABEL, Script.ARAB), BoxMm(12, 80, 60, 5)),
    "long": (FieldSpec("long", "text", LABEL, Script.LATN, max_length=80), BoxMm(12, 100, 30, 8)),
    "by_line": (FieldSpec("by_line", "text", LABEL, Script.LATN), BoxMm(12, 120, 60, 8)),
    "left": (FieldSpec("left", "text", LABEL, Script.LATN), BoxMm(12, 140, 60, 8)),
    "right": (FieldSpec("right", "text", LABEL, Script.LATN), BoxMm(72.4, 140, 60, 8)),
    "tick": (FieldSpec("tick", "declaration", LABEL, Script.ANY), BoxMm(12, 160, 2.2, 2.2)),
    "good": (FieldSpec("good", "text", LABEL, Script.LATN, max_length=30), BoxMm(12, 200, 120, 8)),
}
WANTED = {
    "narrow": {"cells_narrow"},
    "low": {"letters_small"},
    "low.ar": {"arabic_small"},
    "long": {"too_long"},
    "by_line": {"line_near"},
    "left": {"box_near"},
    "right": {"box_near"},
    "tick": {"tick_small"},
}


class _Fields:
    """As much of a spec as reasons need."""

    def __init__(self, fields: dict[str, FieldSpec]) -> None:
        self._fields = fields

    def field(self, field_id: str) -> FieldSpec:
        return self._fields[field_id]


def _bad() -> tuple[FormSpec, FormLayout]:
    widgets = {"narrow": WidgetKind.COMB, "tick": WidgetKind.TICK}
    places = tuple(
        _placed(name, box, widgets.get(name, WidgetKind.TEXT), field.comb)
        for name, (field, box) in BAD.items()
    )
    layout = replace(form()[1], placements=places, pages=1)
    return _Fields({name: field for name, (field, _) in BAD.items()}), layout  # type: ignore[return-value]


def _blank() -> np.ndarray:
    page = np.full((297 * PX_PER_MM, 210 * PX_PER_MM), 255, np.uint8)
    below = BAD["by_line"][1].bottom + 0.6
    page[round(below * PX_PER_MM) : round((below + 0.15) * PX_PER_MM), 100:1900] = 0
    return page


def _answer(
    field_id: str,
    truth: FieldAnswer,
    read: FieldAnswer,
    scan: str = "clean 200 dpi",
    doubt: Doubt | None = None,
) -> RehearsedAnswer:
    verdict = Verdict.REVIEW if doubt else Verdict.ACCEPT
    reason = doubt.value if doubt else None
    seen = Extraction(field_id, str(read), read, 0.9, 0, BoxPx(0, 0, 1, 1), verdict, "test", reason)
    return RehearsedAnswer(field_id, "text", "Latn", scan, "font", truth, seen)


def _report(*answers: RehearsedAnswer) -> RehearsalReport:
    return RehearsalReport("900-1-01", 1, 1, "measuring", ("clean 200 dpi",), 0, answers)


def test_each_flaw_of_the_paper_is_told_of_its_own_field_and_of_no_other() -> None:
    spec, layout = _bad()
    found = reasons_of(spec, layout, [_blank()], _report())
    assert {name: {one.code for one in reasons} for name, reasons in found.items()} == WANTED


def test_the_sentences_name_the_measures_in_three_languages() -> None:
    spec, layout = _bad()
    found = reasons_of(spec, layout, [_blank()], _report())
    narrow = found["narrow"][0]
    assert "2.6 mm" in narrow.english and "2.6 mm" in narrow.in_language("fr")
    assert "2.6" in narrow.in_language("ar") and "خانات" in narrow.in_language("ar")
    assert "right" in found["left"][0].english
    assert "80 letters" in found["long"][0].english


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_speaks_three_languages_and_says_as_much_in_each(code: str) -> None:
    english, french, arabic = SENTENCES[code]
    slots = [sorted(part.partition("}")[0] for part in text.split("{")[1:]) for text in SENTENCES[code]]
    assert slots[0] == slots[1] == slots[2]
    assert english != french
    assert any("؀" <= letter <= "ۿ" for letter in arabic)


def test_what_the_rehearsal_saw_is_told_characters_scans_and_doubts() -> None:
    spec, layout = _bad()
    answers = [
        _answer("good", "SALMA 18", "SALMA I8", "fax", Doubt.READINGS_DISAGREE),
        _answer("good", "BENALI 1", "BENALI I", "fax", Doubt.READINGS_DISAGREE),
        _answer("good", "HASSAN", "HASSAN", "clean 200 dpi", Doubt.NOT_PROVEN),
    ]
    reasons = {one.code: one for one in reasons_of(spec, layout, [_blank()], _report(*answers))["good"]}
    assert set(reasons) == {"confused", "fails_on", "waits"}
    assert "1 → I (2)" in reasons["confused"].english
    assert "fax (2/2)" in reasons["fails_on"].english and "clean" not in reasons["fails_on"].english
    assert (
        "3 of 3" in reasons["waits"].english
        and "(2): two recognisers read it differently" in reasons["waits"].english
    )


@pytest.mark.parametrize("doubt", list(Doubt))
def test_every_doubt_is_said_in_english_too(doubt: Doubt) -> None:
    assert len(ENGLISH_DOUBTS[doubt].split()) > 3 and not ENGLISH_DOUBTS[doubt].endswith(".")


def test_a_field_that_only_waits_is_nothing_to_mend_and_one_without_twin_is_not_blamed_on_it() -> None:
    spec, layout = _bad()
    answers = [_answer("good", "فاس", "فاس", doubt=Doubt.NOT_CORROBORATED)]
    (alone,) = reasons_of(spec, layout, [_blank()], _report(*answers))["good"]
    assert not alone.mendable and "asked once" in alone.english and "Latin" not in alone.english
    twin = replace(BAD["good"][0], twin="good.ar")
    spec = _Fields({**{name: field for name, (field, _) in BAD.items()}, "good": twin})  # type: ignore[assignment]
    (unconfirmed,) = reasons_of(spec, layout, [_blank()], _report(*answers))["good"]
    assert "no answer in Latin letters" in unconfirmed.english


def test_what_can_be_mended_comes_before_what_waits_and_the_offices_own_fields(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec, layout = _bad()
    office = next(one.id for one in SpecCatalogue.load().get("311-1-14").printed_fields() if one.office)
    waiting = replace(_answer("good", "HASSAN", "HASSAN", doubt=Doubt.NOT_PROVEN), field_id=office)
    report = _report(
        _answer("good", "HASSAN", "HASSAN", doubt=Doubt.NOT_PROVEN), _answer("low", "ALI", "ALI"), waiting
    )
    report = replace(report, answers=report.answers[:2])
    reasons = reasons_of(spec, layout, [_blank()], report)
    report = replace(report, answers=(*report.answers, waiting), reasons={**reasons, office: reasons["good"]})
    monkeypatch.setattr("forms_service.rehearsing.rehearse_spec", lambda *_args, **_more: report)
    shown = CliRunner().invoke(commands, ["specs", "rehearse", "311-1-14"], catch_exceptions=False).output
    places = [
        shown.index(words)
        for words in (
            "What you can mend",
            "\nlow ",
            "Nothing for you",
            "\ngood ",
            "The office",
            f"\n{office} ",
        )
    ]
    assert places == sorted(places)


def test_a_draft_is_rehearsed_from_its_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "forms_service.rehearsing.rehearse_spec",
        lambda spec, **_more: replace(_report(_answer("good", "ALI", "ALI")), form_id=spec.id),
    )
    text = DRAFT.read_text(encoding="utf-8")
    draft = tmp_path / "draft.yaml"
    draft.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(commands, ["specs", "rehearse", str(draft), "--json"], catch_exceptions=False)
    assert json.loads(told.stdout)["form"] == "leave-1"
    draft.write_text(text.replace("kind: phone", "kind: fone"), encoding="utf-8")
    wrong = CliRunner().invoke(commands, ["specs", "rehearse", str(draft)], standalone_mode=False)
    assert wrong.return_value == 1 and "fone" in wrong.output and "draft.yaml:" in wrong.output


def test_a_field_misread_everywhere_is_said_to_be_at_fault_itself() -> None:
    spec, layout = _bad()
    answers = [_answer("good", "HASSAN", None, scan) for scan in ("fax", "clean 200 dpi")]
    codes = {one.code for one in reasons_of(spec, layout, [_blank()], _report(*answers))["good"]}
    assert codes == {"fails_everywhere"}


def test_a_good_answer_has_no_reason_and_is_not_in_the_table() -> None:
    spec, layout = _bad()
    report = _report(_answer("good", "HASSAN", "HASSAN"), _answer("left", "ALI", "ALL"))
    report = replace(report, reasons=reasons_of(spec, layout, [_blank()], report))
    assert "good" not in report.reasons
    assert worst_first(report) == ["left"]
    assert report.as_dict()["fields"]["good"]["reasons"] == []
    assert report.as_dict()["fields"]["left"]["reasons"]


@pytest.mark.parametrize("form_id", ["310-1-32", "311-1-14"])
def test_the_paper_of_the_forms_in_use_gives_no_reason(form_id: str) -> None:
    spec = SpecCatalogue.load().get(form_id)
    assert reasons_of(spec, lay_out(spec).layout, blank_pages_with_answers(spec), _report()) == {}


def test_the_command_shows_the_worst_first_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    spec, layout = _bad()
    report = _report(
        _answer("good", "HASSAN", "HASSAN"),
        _answer("left", "ALI", "ALL", doubt=Doubt.READINGS_DISAGREE),
        _answer("low", "ALI", "ALI"),
    )
    report = replace(report, reasons=reasons_of(spec, layout, [_blank()], report))
    monkeypatch.setattr("forms_service.rehearsing.rehearse_spec", lambda *_args, **_more: report)
    shown = CliRunner().invoke(commands, ["specs", "rehearse", "310-1-32"], catch_exceptions=False).output
    lines = shown.splitlines()
    rows = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert rows.index("left") < rows.index("low")
    assert "good" not in rows
    assert any(
        "below 1.4 mm" in line
        for line in lines[lines.index(next(x for x in lines if x.startswith("low "))) :]
    )
    assert lines.index("What you can mend:") < lines.index(next(x for x in lines if x.startswith("left ")))
    arabic = CliRunner().invoke(commands, ["specs", "rehearse", "310-1-32", "--lang", "ar"]).output
    assert "ملم" in arabic and "الأجوبة" in arabic and "answers" not in arabic and "all fields" not in arabic
    data = json.loads(CliRunner().invoke(commands, ["specs", "rehearse", "310-1-32", "--json"]).stdout)
    assert {one["code"] for one in data["fields"]["low"]["reasons"]} == {"letters_small"}
