"""The commands that people and outside programs rely on: shapes, exit codes, one-line mistakes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from forms_service.cli import main
from forms_service.commands.reading_in_words import print_scan

SAMPLES = Path(__file__).parent.parent / "samples"

MARRIED = {
    "nature": "initial_or_additional",
    "children_to_declare": 1,
    "quality": "assured",
    "assured.birth": "1988-03-05",
    "assured.id_no": "AB123456",
    "assured.registration": "123456789",
    "assured.first": "Salma",
    "assured.first.ar": "سلمى",
    "assured.last": "Bennani",
    "assured.last.ar": "بناني",
    "assured.address": "شقة 12، زنقة N'Guyen",
    "assured.city": "Meknès",
    "assured.mobile": "0612345678",
    "assured.country": "Maroc",
    "spouse.birth": "1985-07-30",
    "spouse.id_no": "CD654321",
    "spouse.first": "Omar",
    "spouse.last": "Tazi",
    "spouse.work": "none",
    "decl.true": True,
}

OF_A_DOSSIER = ("--reference", "6MWU-T4A5-HTG3")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("FORMS_DATA_DIR", str(tmp_path / "var"))
    from forms_service.commands import shared

    shared.configuration.cache_clear()
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as leaving:
            main([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Outcome(int(leaving.value.code or 0), captured.out, captured.err)

    yield call
    shared.configuration.cache_clear()


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_forms_are_listed(run) -> None:
    rows = {row["id"]: row for row in run("specs", "list", "--json").json}
    assert set(rows) >= {"311-1-14", "310-1-32", "debt-remission", "maternity-allowance"}
    assert rows["311-1-14"]["title"] == {
        "ar": "طلب الحصول على التعويضات العائلية",
        "fr": "Demande de perception d'Allocations Familiales",
    }
    for row in rows.values():
        assert row["version"] == 1 and row["pages"] >= 1 and row["fields"] >= 1


@pytest.mark.parametrize("form", ["311-1-14", "310-1-32"])
def test_a_form_is_shown_with_every_place_on_the_page(run, form: str) -> None:
    data = run("specs", "show", form, "--json").json
    assert data["fields"]
    for one in data["fields"]:
        x, y, width, height = one["box_mm"]
        assert 0 < x < x + width < 210 and 0 < y < y + height < 297
        assert 1 <= one["page"] <= data["pages"]
        assert one["script"] in ("latn", "arab", "any")
        assert one["label"]["ar"] and one["label"]["fr"]
        if one["kind"] in ("choice", "choices", "declaration"):
            assert all(len(choice["box_mm"]) == 4 for choice in one["choices"])
        if one["comb"]:
            assert width / one["comb"] >= 5
    assert {fact["id"] for fact in data["facts"]} >= ({"miner"} if form == "310-1-32" else {"pensioner"})


def test_lint_says_every_problem_with_its_place(run, tmp_path: Path) -> None:
    assert run("specs", "lint").code == 0
    broken = tmp_path / "broken.yaml"
    broken.write_text("language: 1\nid: x\nversion: one\n", encoding="utf-8")
    outcome = run("specs", "lint", broken)
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert len(lines) >= 5 and all(
        line.split(":")[1].isdigit() and line.split(":")[2].isdigit() for line in lines
    )


def draft(folder: Path, **changes: str) -> Path:
    text = (Path(__file__).parent / "third_form" / "leave-1" / "v1.yaml").read_text(encoding="utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return path


NO_TWIN = ("{id: person.first, kind: name, scripts: both,", "{id: person.first, kind: name, scripts: latn,")


def test_lint_tells_warnings_from_errors_and_says_them_in_three_languages(run, tmp_path: Path) -> None:
    path = draft(tmp_path, change=NO_TWIN)
    words = {"en": "warning", "fr": "avertissement", "ar": "تنبيه"}
    said = {language: run("specs", "lint", path, "--lang", language) for language in words}
    for language, word in words.items():
        (line,) = said[language].out.splitlines()
        assert said[language].code == 0
        assert re.fullmatch(rf"draft\.yaml:26:11: {word}: .*person\.first.*", line)
    assert len({one.out.split(": ", 2)[2] for one in said.values()}) == 3
    assert run("specs", "lint", path, "--strict").code == 1
    (remark,) = run("specs", "lint", path, "--json").json
    assert (remark["severity"], remark["line"]) == ("warning", 26)
    assert set(remark["message"]) == {"ar", "fr", "en"} and all(remark["message"].values())


def test_a_draft_from_anywhere_is_previewed(run, tmp_path: Path) -> None:
    outcome = run(
        "specs", "preview", draft(tmp_path), "-o", "shown", "--sample", "--boxes", "--large", "--lang", "ar"
    )
    assert outcome.code == 0
    shown = {Path(line).name for line in outcome.out.splitlines()}
    assert shown == {"index.html", "page-1.png", "page-1-sample.png", "page-1-boxes.png", "page-1-large.png"}
    for name in shown - {"index.html"}:
        picture = Image.open(Path("shown") / name)
        assert picture.width / picture.height == pytest.approx(210 / 297, abs=0.002)
    page = (Path("shown") / "index.html").read_text(encoding="utf-8")
    assert 'dir="rtl"' in page and "إشعار بالانقطاع عن العمل" in page


def test_a_draft_that_is_no_spec_gets_lint_in_place_of_a_preview(run, tmp_path: Path) -> None:
    path = draft(tmp_path, change=("kind: date", "kind: dat"))
    outcome = run("specs", "preview", path, "-o", "shown")
    assert outcome.code == 1 and not Path("shown").exists()
    assert "draft.yaml:38" in outcome.out and "'date'" in outcome.out and not outcome.err
    assert outcome.out.splitlines() == run("specs", "lint", path).out.splitlines()


def test_a_paper_that_does_not_fit_is_shown_all_the_same(run, tmp_path: Path) -> None:
    path = draft(tmp_path, change=("fr: Ville,", f"fr: {'Ville de naissance ' * 9},"))
    outcome = run("specs", "preview", path, "-o", "shown")
    assert outcome.code == 1 and "error: " in outcome.out
    assert (Path("shown") / "page-1.png").exists()


def test_the_schema_is_one(run) -> None:
    assert run("specs", "schema").json["$defs"]["field"]["properties"]["kind"]["enum"]


def test_values_survive_the_pdf(run, tmp_path: Path) -> None:
    values = write(tmp_path / "values.json", MARRIED)
    assert run("pdf", "fill", "311-1-14", values, "-o", "filled.pdf").code == 0
    data = run("pdf", "read", "filled.pdf", "--json").json
    assert (data["form"], data["version"]) == ("311-1-14", 1)
    assert data["values"] == MARRIED


def test_a_flattened_copy_has_no_fields_left(run, tmp_path: Path) -> None:
    values = write(tmp_path / "values.json", MARRIED)
    run("pdf", "fill", "311-1-14", values, "-o", "flat.pdf", "--flatten")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument("flat.pdf"))
    assert "Bennani" in text and "بناني" in text
    assert b"/Widget" not in Path("flat.pdf").read_bytes()


def test_blanks_come_in_copies_and_with_a_reference(run) -> None:
    assert run("pdf", "blank", "310-1-32", "-o", "one.pdf").code == 0
    assert run("pdf", "blank", "310-1-32", "-o", "three.pdf", "--copies", "3").code == 0
    assert len(pypdfium2.PdfDocument("three.pdf")) == 3 * len(pypdfium2.PdfDocument("one.pdf"))
    refused = run("pdf", "blank", "310-1-32", "--reference", "non sense!")
    assert refused.code == 2 and "non sense!" in refused.err


@pytest.mark.tesseract
def test_a_filled_page_is_read_back_in_the_agreed_shape(run, tmp_path: Path) -> None:
    values = write(tmp_path / "values.json", MARRIED)
    run("pdf", "fill", "311-1-14", values, "-o", "flat.pdf", "--flatten")
    data = run("scan", "read", "flat.pdf", "--json").json
    first = data["pages"][0]
    assert set(first) >= {"file", "page", "form", "version", "form_page", "registered", "residual_mm"}
    assert first["form"] == "311-1-14" and first["registered"] and first["residual_mm"] < 0.3
    for field_id in ("assured.registration", "assured.birth", "quality", "spouse.work", "assured.last"):
        one = data["fields"][field_id]
        assert one["value"] == MARRIED[field_id], field_id
        assert one["verdict"] == "accept" and 0 < one["confidence"] <= 1
        left, top, right, bottom = one["box_px"]
        assert left < right and top < bottom
    assert data["fields"]["guardian.last"]["verdict"] == "empty"


@pytest.mark.tesseract
def test_a_correction_slip_is_read_like_a_form_of_its_own(run) -> None:
    asked = ["assured.birth", "spouse.last", "children.2.birth"]
    printed = run(
        *("pdf", "slip", "311-1-14", *asked, "--documents", "id_spouse,school.2"),
        *("--reference", "6mwut4a5htg3", "--message", "Écrivez lisiblement.", "-o", "slip.pdf"),
    )
    assert printed.code == 0
    data = run("scan", "read", "slip.pdf", "--json").json
    (page,) = data["pages"]
    assert page["registered"] and page["variant"].startswith("C")
    assert set(data["fields"]) == {*asked, "spouse.last.ar", "slip.date", "slip.sign"}
    assert {one["verdict"] for one in data["fields"].values()} == {"empty"}


def test_invisible_marks_in_values_are_told_of_and_not_printed(run) -> None:
    values = {
        "assured.last": "Ben\u202enani\x00",
        "assured.address": "12, rue\nde Fès",
        "assured.city": " Fès\n",
    }
    filled = run("pdf", "fill", "311-1-14", write(Path("v.json"), {**values, "assured.first": "Salma"}))
    assert filled.code == 0
    for told in ("assured.last", "U+0000, U+202E", "assured.address", "U+000A"):
        assert told in filled.err
    assert "assured.city" not in filled.err and "assured.first" not in filled.err
    read = run("pdf", "read", "311-1-14-filled.pdf", "--json").json["values"]
    assert (read["assured.last"], read["assured.address"]) == ("Bennani", "12, rue de Fès")


def test_reading_a_paper_without_fields_says_what_it_is(run) -> None:
    source = write(Path("d.json"), {"form": "311-1-14", "values": MARRIED})
    assert run("dossier", "cover", source, "-o", "cover.pdf").code == 0
    assert run("pdf", "slip", "311-1-14", "assured.last", *OF_A_DOSSIER, "-o", "slip.pdf").code == 0
    for paper, name in (("cover.pdf", "page de garde"), ("slip.pdf", "bulletin de correction")):
        outcome = run("pdf", "read", paper)
        assert outcome.code == 2 and name in outcome.err


def test_a_slip_says_for_which_child_a_document_is_asked(run) -> None:
    asked = ["pdf", "slip", "311-1-14", "--documents", "birth.2,birth.3", *OF_A_DOSSIER, "-o", "slip.pdf"]
    assert run(*asked).code == 0
    text = " ".join(page.extract_text() for page in PdfReader("slip.pdf").pages)
    assert "Enfant 2, Enfant 3" in " ".join(text.split())


@pytest.mark.tesseract
def test_a_sheet_that_is_none_of_ours_is_said_so(run) -> None:
    Image.new("L", (1654, 2339), 255).save("white.png")
    outcome = run("scan", "read", "white.png")
    assert outcome.code == 1 and "!" in outcome.out
    assert run("scan", "read", "white.png", "--json").json["pages"][0]["registered"] is False


@pytest.mark.tesseract
def test_a_bad_file_among_good_ones_is_told_and_the_good_ones_are_read(run, tmp_path: Path) -> None:
    run("pdf", "fill", "311-1-14", write(tmp_path / "values.json", MARRIED), "-o", "flat.pdf", "--flatten")
    Path("empty.jpg").write_bytes(b"")
    outcome = run("scan", "read", "empty.jpg", "flat.pdf", "--json")
    assert outcome.code == 1 and "empty.jpg" in outcome.err and len(outcome.err.splitlines()) == 1
    assert outcome.json["fields"]["assured.registration"]["value"] == MARRIED["assured.registration"]
    (told,) = [one for one in outcome.json["problems"] if one.get("file") == "empty.jpg"]
    assert told["pages"] == [] and told["message"]["ar"] and told["message"]["fr"]
    nothing = run("scan", "read", "empty.jpg", "empty.jpg")
    assert nothing.code == 2 and not nothing.out and len(nothing.err.splitlines()) == 2


@pytest.mark.tesseract
def test_a_page_of_a_version_nobody_knows_is_a_negative_verdict(run) -> None:
    outcome = run("scan", "read", SAMPLES / "bad" / "other-version.tif")
    assert outcome.code == 1 and "99" in outcome.out


def test_an_answer_that_waits_says_why_and_pages_read_apart_are_printed(capsys) -> None:
    field = {"value": ["a", "b"], "confidence": 1.0, "verdict": "review", "reason": "several_ticks"}
    other = {"form": "310-1-32", "version": 1, "reference": None, "person": 1, "set_aside": []}
    print_scan(
        {
            "pages": [],
            "fields": {"quality": field},
            "set_aside": [{"field": "assured.city", "value": "Fès"}],
            "others": [{**other, "fields": {"refund.city": {**field, "value": None, "verdict": "empty"}}}],
            "problems": [],
        }
    )
    lines = capsys.readouterr().out
    assert "quality: a, b" in lines and "Plusieurs cases sont cochées" in lines and "أكثر من مربع" in lines
    assert "Lu à part – 310-1-32" in lines and "refund.city: –" in lines and "Fès" in lines


@pytest.mark.tesseract
def test_an_attachment_that_is_another_one_is_a_negative_verdict_in_words(run) -> None:
    extract = next((SAMPLES / "311-1-14").rglob("*-birth.jpg"))
    assert run("attachment", "read", extract, "--as", "birth").code == 0
    outcome = run("attachment", "read", extract, "--as", "id_assured")
    assert outcome.code == 1 and "{" not in outcome.out
    assert "il ne compte pas" in outcome.out and "فلا تُحسب" in outcome.out
    told = run("attachment", "read", extract, "--as", "id_assured", "--json")
    assert told.code == 1 and [one["code"] for one in told.json["warnings"]] == ["other_kind"]
    Image.new("L", (1654, 2339), 255).save("white.png")
    assert run("attachment", "read", "white.png", "--json").code == 1


def test_a_page_of_our_form_is_told_to_be_no_attachment(run) -> None:
    sheet = SAMPLES / "311-1-14" / "khadija-amrani" / "scan-1.jpg"
    outcome = run("attachment", "read", sheet)
    assert outcome.code == 1 and "form_311_1_14" not in outcome.out
    assert "page 1 sur 3 du formulaire 311-1-14" in outcome.out and "الصفحة 1 من 3" in outcome.out
    told = run("attachment", "read", sheet, "--json")
    assert told.code == 1 and told.json["type"] == "form_311_1_14"
    assert [one["code"] for one in told.json["warnings"]] == ["form_page"]
    asked = run("attachment", "read", sheet, "--as", "form", "--json")
    assert asked.code == 0 and (asked.json["type"], asked.json["warnings"]) == ("form", [])


def test_a_dossier_is_judged_in_both_languages(run, tmp_path: Path) -> None:
    dossier = {
        "form": "311-1-14",
        "on": "2026-03-01",
        "values": MARRIED,
        "children": [{"birth": "2023-02-03"}],
    }
    dossier["attachments"] = [
        {"type": kind} for kind in ("form", "id_assured", "id_spouse", "marriage", "bank")
    ]
    outcome = run("dossier", "check", write(tmp_path / "d.json", dossier), "--json")
    assert outcome.code == 1
    data = outcome.json
    assert data["complete"] is False
    (missing,) = [one for one in data["findings"] if one["severity"] == "error"]
    assert (missing["code"], missing["subject"]) == ("missing_document", "birth")
    assert missing["message"]["ar"] and missing["message"]["fr"] and missing["rule"]
    assert {"type", "count", "subject", "alternatives", "satisfied", "rule"} <= set(data["required"][0])
    assert data["amounts"]["monthly"]["value"] == 300
    dossier["attachments"].append({"type": "birth", "child": 1})
    complete = run("dossier", "check", write(tmp_path / "d.json", dossier), "--json")
    assert complete.code == 0 and complete.json["complete"] is True


@pytest.mark.parametrize("paper", ["cover", "summary"])
def test_the_papers_of_a_dossier_are_written(run, tmp_path: Path, paper: str) -> None:
    dossier = {
        "form": "311-1-14",
        "on": "2026-03-01",
        "values": MARRIED,
        "children": [{"birth": "2024-01-05"}],
    }
    target = tmp_path / "paper.pdf"
    source = write(tmp_path / "d.json", dossier)
    wrong = run("dossier", paper, source, "-o", str(target), "--reference", "6mwu t4a5 htg4")
    assert (wrong.code, target.exists()) == (2, False)
    assert "6mwu t4a5 htg4" in wrong.err
    assert run("dossier", paper, source, "-o", str(target), "--reference", "6mwu t4a5 htg3").code == 0
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(target))
    assert {"Bennani", "123456789", "6MWU-T4A5-HTG3"} <= set(text.split())
    assert "Demande de perception" in text


def test_a_receipt_is_issued_and_an_altered_one_noticed(run, tmp_path: Path) -> None:
    dossier = write(
        tmp_path / "d.json", {"form": "311-1-14", "values": MARRIED, "attachments": [{"type": "form"}]}
    )
    assert run("receipt", "issue", dossier, "-o", "r.pdf").code == 0
    genuine = run("receipt", "verify", "r.pdf", "--json")
    assert genuine.code == 0 and genuine.json["verdict"] == "genuine"
    shown = run("receipt", "verify", "r.pdf", "--json")
    assert shown.json["receipt"]["name"]["ar"] == "بناني سلمى"
    data = bytearray(Path("r.pdf").read_bytes())
    data[len(data) // 2] ^= 1
    Path("r.pdf").write_bytes(bytes(data))
    altered = run("receipt", "verify", "r.pdf", "--json")
    assert altered.code == 1 and altered.json["verdict"] == "altered"
    run("pdf", "blank", "310-1-32", "-o", "blank.pdf")
    assert run("receipt", "verify", "blank.pdf", "--json").json["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pdf", "blank", "999-9-99"], "999-9-99"),
        (["pdf", "fill", "311-1-14", "bad-id.json"], "assured.lsat"),
        (["pdf", "fill", "311-1-14", "bad-value.json"], "assured.birth"),
        (["pdf", "fill", "311-1-14", "bad-yaml.yaml"], "bad-yaml.yaml"),
        (["pdf", "fill", "311-1-14", "binary.bin"], "binary.bin"),
        (["pdf", "read", "binary.bin"], "PDF"),
        (["scan", "read", "binary.bin"], "binary.bin"),
        (["scan", "read", "empty.jpg"], "empty.jpg"),
        (["attachment", "read", "empty.jpg"], "empty.jpg"),
        (["attachment", "read", "binary.bin", "--as", "passport"], "passport"),
        (["dossier", "check", "bad-yaml.yaml"], "bad-yaml.yaml"),
        (["dossier", "check", "bad-id.json"], "form"),
        (["receipt", "issue", "binary.bin"], "binary.bin"),
        (["specs", "show"], "FORM"),
        (["specs", "nothing"], "nothing"),
        (["specs", "preview", "999-9-99"], "999-9-99"),
        (["pdf", "read", "not-there.pdf"], "not-there.pdf"),
        (["pdf", "slip", "311-1-14", "assured.last"], "--reference"),
        (["pdf", "slip", "311-1-14", "assured.last", "--reference", ""], "référence de dossier"),
        (["pdf", "slip", "311-1-14", "assured.last", "--reference", "X" * 5000], "référence de dossier"),
        (["pdf", "slip", "311-1-14", *OF_A_DOSSIER], "au moins"),
        (["pdf", "slip", "311-1-14", "assured.lsat", *OF_A_DOSSIER], "assured.lsat"),
        (["pdf", "slip", "311-1-14", "--documents", "no_such", *OF_A_DOSSIER], "no_such"),
        (["pdf", "blank", "311-1-14", "--reference", "é" * 5000], "n'est pas une référence"),
        (["dossier", "cover", "good.json", "--reference", "6MWU-T4A5-HTG4"], "n'est pas une référence"),
        (["dossier", "check", "good.json", "--on", "31/02/2026" + "9" * 5000], "n'est pas un jour"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_one_clear_line_and_exit_code_2(run, arguments: list[str], says: str) -> None:
    write(Path("good.json"), {"form": "311-1-14", "values": MARRIED})
    write(Path("bad-id.json"), {"assured.lsat": "x"})
    write(Path("bad-value.json"), {"assured.birth": "31/02/1990"})
    Path("bad-yaml.yaml").write_text("a: [1, 2\nb: }", encoding="utf-8")
    Path("binary.bin").write_bytes(bytes(range(256)) * 8)
    Path("empty.jpg").write_bytes(b"")
    outcome = run(*arguments)
    assert outcome.code == 2, outcome
    assert len(outcome.err.strip().splitlines()) == 1
    assert says in outcome.err
    assert len(outcome.err) < 700, "what was typed is not shown back whole"


@pytest.mark.parametrize(
    "path", [[], ["specs"], ["pdf", "fill"], ["scan", "read"], ["serve"], ["receipt", "verify"]]
)
def test_every_command_helps(run, path: list[str]) -> None:
    outcome = run(*path, "--help")
    assert outcome.code == 0 and "Usage" in outcome.out
