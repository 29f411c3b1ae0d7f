"""``forms-service receipt``: what people without the service, or beside it, do with receipts."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter
from pypdf import PdfReader

from core.receipt import RevocationReason
from forms_service.bootstrap import build
from forms_service.config import Config
from tests.test_commands import MARRIED, Outcome, run, write  # noqa: F401  (run is a fixture)

BEFORE = Path(__file__).parent / "receipts_issued_before"


@pytest.fixture
def issued(run, tmp_path: Path) -> Path:  # noqa: F811
    content = {"form": "311-1-14", "values": MARRIED, "attachments": [{"type": "form"}]}
    dossier = write(tmp_path / "d.json", content)
    assert run("receipt", "issue", dossier, "-o", "r.pdf").code == 0
    return tmp_path / "r.pdf"


def test_the_qr_code_of_an_issued_receipt_opens_the_services_page(issued: Path) -> None:
    found = [one.text for one in zxingcpp.read_barcodes(np.asarray(sheet(issued)))]
    reference = PdfReader(issued).metadata["/Keywords"].split()[-1]
    assert [one.partition("CNR1:")[0] for one in found] == [
        f"{Config.from_environment().public_url}/receipt/{reference}/"
    ]


def verdict(outcome: Outcome) -> tuple[int, str, str]:
    return outcome.code, outcome.json["verdict"], outcome.json["checked"]


def sheet(pdf: Path, dpi: int = 200) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert("L")


def photographed(page: Image.Image) -> Image.Image:
    """The sheet on a table, turned, softly lit from one side, compressed."""
    table = Image.new("L", (page.width + 300, page.height + 300), 90)
    table.paste(page, (150, 150))
    turned = table.rotate(17, expand=True, fillcolor=90, resample=Image.Resampling.BICUBIC)
    light = np.linspace(0.55, 1.0, turned.width)[None, :]
    shaded = Image.fromarray((np.asarray(turned) * light).astype(np.uint8))
    packed = io.BytesIO()
    shaded.filter(ImageFilter.GaussianBlur(0.8)).save(packed, "JPEG", quality=70)
    return Image.open(packed)


def test_the_paper_is_checked_from_a_photo_or_a_scan(run, issued: Path, tmp_path: Path) -> None:  # noqa: F811
    photographed(sheet(issued)).save(tmp_path / "photo.jpg")
    sheet(issued).save(tmp_path / "scan.pdf", resolution=200)
    for arguments in (["photo.jpg"], ["scan.pdf", "--scan"]):
        found = run("receipt", "verify", *arguments, "--json")
        assert verdict(found) == (0, "genuine", "code"), arguments
        assert found.json["receipt"]["name"]["ar"] == "بناني سلمى"
    assert verdict(run("receipt", "verify", "scan.pdf", "--json")) == (1, "unknown", "file")
    assert "--scan" in run("receipt", "verify", "scan.pdf").out


def test_the_hour_is_the_one_on_the_paper_whatever_is_checked(run, issued: Path, tmp_path: Path) -> None:  # noqa: F811
    sheet(issued).save(tmp_path / "scan.pdf", resolution=200)
    hours = [
        re.findall(r"\d\d/\d\d/\d{4} – \d\d:\d\d", run("receipt", "verify", *arguments).out)
        for arguments in ([issued], ["scan.pdf", "--scan"])
    ]
    assert len(hours[0]) == 1 and hours[0] == hours[1]
    assert hours[0][0] in pypdfium2.PdfDocument(issued)[0].get_textpage().get_text_range()


def test_a_code_is_checked_as_text(run) -> None:  # noqa: F811
    code = (BEFORE / "first.code.txt").read_text(encoding="utf-8").strip()
    keys = ["--keys", BEFORE, "--json"]
    assert verdict(run("receipt", "verify", "--code", code, *keys)) == (0, "genuine", "code")
    assert verdict(run("receipt", "verify", "--code", f"https://example.ma/receipt/X/{code}", *keys))[0] == 0
    spoilt = code[:-30] + "A" * 30
    assert verdict(run("receipt", "verify", "--code", spoilt, *keys)) == (1, "altered", "code")
    assert verdict(run("receipt", "verify", "--code", "CNR1:AAAA", *keys)) == (1, "unknown", "code")
    assert verdict(run("receipt", "verify", "--code", code, "--json")) == (1, "unknown", "code")


def test_receipts_issued_in_an_earlier_form_are_still_genuine(run) -> None:  # noqa: F811
    found = run("receipt", "verify", BEFORE / "first.pdf", "--keys", BEFORE, "--json")
    assert verdict(found) == (0, "genuine", "file")
    assert found.json["receipt"]["registration"] == "123456789"


def test_a_check_without_network_says_what_it_cannot_know_and_where_to_ask(run, issued: Path) -> None:  # noqa: F811
    told = run("receipt", "verify", issued)
    assert "remplacé ou annulé" in told.out and "عُوض" in told.out
    assert "/verify" in told.out and "Bennani Salma" in told.out
    assert run("receipt", "verify", issued, "--json").json["offline"]["ask"].endswith("/verify")


@pytest.mark.parametrize("name", ["empty.png", "noise.bin", "blank.png"])
def test_what_shows_no_receipt_is_unknown(run, tmp_path: Path, name: str) -> None:  # noqa: F811
    path = tmp_path / name
    path.write_bytes(b"" if "empty" in name else bytes(range(256)) * 20)
    if name == "blank.png":
        Image.new("L", (600, 800), 255).save(path)
    assert verdict(run("receipt", "verify", path, "--json")) == (1, "unknown", "code")


def test_whoever_checks_elsewhere_needs_the_public_keys_only(
    run,  # noqa: F811
    issued: Path,
    tmp_path: Path,
) -> None:
    assert run("receipt", "keys", "public").code == 0
    files = list((tmp_path / "public").iterdir())
    assert files and not any(b"PRIVATE" in path.read_bytes() for path in files)
    for path in (tmp_path / "var" / "keys").iterdir():
        path.unlink()
    assert verdict(run("receipt", "verify", issued, "--json"))[1] == "unknown"
    assert verdict(run("receipt", "verify", issued, "--keys", "public", "--json"))[1] == "genuine"


def test_an_identity_made_here_signs_when_it_is_given(
    run,  # noqa: F811
    issued: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("très secret\n", encoding="utf-8")
    assert run("receipt", "identity", "cachet.p12", "--passphrase-file", secret).code == 0
    again = run("receipt", "identity", "cachet.p12", "--passphrase-file", secret)
    assert again.code == 2 and "cachet.p12" in again.err
    monkeypatch.setenv("FORMS_RECEIPT_IDENTITY", str(tmp_path / "cachet.p12"))
    monkeypatch.setenv("FORMS_RECEIPT_PASSPHRASE_FILE", str(secret))
    from forms_service.commands import shared

    shared.configuration.cache_clear()
    assert run("receipt", "issue", tmp_path / "d.json", "-o", "sealed.pdf").code == 0
    for file in ("sealed.pdf", issued):
        assert verdict(run("receipt", "verify", file, "--json"))[1] == "genuine"
    secret.write_text("faux", encoding="utf-8")
    refused = run("receipt", "issue", tmp_path / "d.json", "-o", "none.pdf")
    assert (
        refused.code == 2 and "cachet.p12" in refused.err and "faux" not in refused.err.replace("fausse", "")
    )
    assert not (tmp_path / "none.pdf").exists()


def test_an_operator_revokes_a_receipt_by_its_reference(run, tmp_path: Path) -> None:  # noqa: F811
    application = build(Config(data_folder=tmp_path / "var"))
    services = application.services
    applicant = services.register_applicant("123456782", "a long enough password", "Fatima Amrani")
    dossier = services.open_dossier(applicant, "311-1-14", "ar")
    reference = services.deposit(applicant, dossier, True).reference
    pdf = services.receipt_pdf(applicant, dossier)
    asked = ["receipt", "revoke", reference, "--reason", "withdrawn", "--by", "Garde"]
    done = run(*asked, "--json")
    assert done.code == 0
    assert (done.json["receipts"], done.json["reason"]["code"]) == (1, "withdrawn")
    check = services.check_receipt_pdf(pdf)
    assert (check.outcome, check.standing.reason) == ("revoked", RevocationReason.WITHDRAWN)
    application.close()
    again = run(*asked)
    assert again.code == 2 and reference in again.err
    assert run("receipt", "revoke", "XXXX", "--reason", "withdrawn").code == 2
    assert run("receipt", "revoke", reference, "--reason", "because").code == 2


def test_who_has_no_name_on_this_computer_is_asked_for_one(
    run,  # noqa: F811
    monkeypatch,
    tmp_path: Path,
) -> None:
    """In a container the user often has a number only; the name is asked before anything is looked up."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999)
    nameless = run("receipt", "revoke", "6MWU-T4A5-HTG3", "--reason", "withdrawn")
    assert nameless.code == 2 and "--by" in nameless.err
    mistyped = run("receipt", "revoke", "6MWU-T4A5-HTG3", "--reason", "withdrawn", "--by", "Garde")
    assert mistyped.code == 2 and "FORMS_DATA_DIR" in mistyped.err and not (tmp_path / "var").exists()
    build(Config(data_folder=tmp_path / "var")).close()
    named = run("receipt", "revoke", "X" * 5000, "--reason", "withdrawn", "--by", "Garde")
    assert named.code == 2 and "Aucun accusé" in named.err and len(named.err) < 300


def test_verify_wants_one_thing_to_check(run, issued: Path) -> None:  # noqa: F811
    for arguments in ([], [issued, "--code", "CNR1:A"]):
        outcome = run("receipt", "verify", *arguments)
        assert outcome.code == 2 and "--code" in outcome.err


def test_json_is_the_same_shape_whatever_the_verdict(run, issued: Path) -> None:  # noqa: F811
    shapes = [run("receipt", "verify", one, "--json").json for one in (issued, BEFORE / "first.pdf")]
    assert {one["verdict"] for one in shapes} == {"genuine", "unknown"}
    assert len({tuple(sorted(one)) for one in shapes}) == 1
    assert json.dumps(shapes[0]["receipt"], ensure_ascii=False).count("بناني") >= 1
