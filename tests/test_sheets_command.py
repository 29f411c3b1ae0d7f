"""``pdf blank`` for agencies: sheets of many copies, the references they carry, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from core.placement import PageIdentity
from core.receipt import normalize_reference
from forms_service.cli import main

FORM, PAGES = "310-1-32", 2


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["pdf", "blank", FORM, *map(str, arguments)])
    captured = capsys.readouterr()
    return int(leaving.value.code or 0), captured.out, captured.err


def printed_references(path: Path) -> list[str]:
    """The reference of every copy, read from the code on its first page."""
    document = pypdfium2.PdfDocument(path.read_bytes())
    found = []
    for first in range(0, len(document), PAGES):
        picture = np.asarray(document[first].render(scale=120 / 72).to_pil().convert("L"))
        (code,) = zxingcpp.read_barcodes(picture)
        identity = PageIdentity.decode(code.text)
        assert identity is not None
        found.append(identity.reference)
    return found


def test_every_copy_gets_a_new_reference_of_the_series(tmp_path: Path, capsys) -> None:
    """The register names them in the order of the sheets, and the file is sound."""
    sheets, register = tmp_path / "sheets.pdf", tmp_path / "register.txt"
    code, out, _ = run(
        capsys, "--copies", 5, "--reference-prefix", "rab", "--register", register, "-o", sheets
    )
    assert (code, out.strip()) == (0, str(sheets))
    references = printed_references(sheets)
    assert len(set(references)) == 5
    assert all(normalize_reference(one) == one and one.startswith("RAB") for one in references)
    assert register.read_text().split() == references
    assert subprocess.run(["qpdf", "--check", str(sheets)], capture_output=True, check=False).returncode == 0


def test_the_register_prints_the_same_sheets_again(tmp_path: Path, capsys) -> None:
    """A lost stack is replaced by the same one."""
    register = tmp_path / "register.txt"
    first, again = tmp_path / "first.pdf", tmp_path / "again.pdf"
    assert run(capsys, "--copies", 3, "--new-references", "--register", register, "-o", first)[0] == 0
    assert run(capsys, "--references", register, "-o", again)[0] == 0
    assert printed_references(again) == register.read_text().split()
    assert first.read_bytes() == again.read_bytes()


def test_copies_without_references_are_anonymous(tmp_path: Path, capsys, monkeypatch) -> None:
    """Beside the caller, under a name that says how many they are."""
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "--copies", 2)[1].strip() == f"{FORM}-x2.pdf"
    assert printed_references(tmp_path / f"{FORM}-x2.pdf") == ["", ""]


def test_one_blank_can_still_be_filled_on_screen(tmp_path: Path, capsys) -> None:
    """Fields are left out of sheets only."""
    path = tmp_path / "one.pdf"
    assert run(capsys, "-o", path)[0] == 0
    assert (
        b"/AcroForm"
        in subprocess.run(
            ["qpdf", "--qdf", "--object-streams=disable", str(path), "-"], capture_output=True, check=True
        ).stdout
    )


@pytest.mark.parametrize(
    ("lines", "arguments", "said"),
    [
        ("7K3Q-9XMB-2FTC\n7k3q 9xmb\n", (), "n'est pas une référence"),
        ("A-1\nA-2\nA-1\n", (), "deux fois"),
        ("A-1\nA-2\n", ("--copies", "3"), "2 référence(s) pour 3"),
        ("\n", (), "0 référence(s)"),
        ("A-1\n", ("--new-references",), "une seule source"),
        (None, ("--reference-prefix", "CNSS", "--copies", "2"), "ne peuvent pas commencer par CNSS"),
    ],
)
def test_what_cannot_be_printed_is_said_and_nothing_is_written(
    tmp_path: Path, capsys, lines: str | None, arguments: tuple[str, ...], said: str
) -> None:
    """Neither a file nor the beginning of one."""
    given: list[object] = [*arguments]
    if lines is not None:
        (tmp_path / "references.txt").write_text(lines)
        given += ["--references", tmp_path / "references.txt"]
    code, _, error = run(capsys, *given, "-o", tmp_path / "sheets.pdf")
    assert code != 0 and said in error
    assert not list(tmp_path.glob("sheets*"))


def test_sheets_that_break_off_leave_no_file(tmp_path: Path, capsys, monkeypatch) -> None:
    """Half a stack would look like a whole one."""
    from forms_service.render import blank_sheets

    def breaking(*_: object, **__: object):
        yield b"%PDF-1.7\n"
        raise OSError("no space left on device")

    monkeypatch.setattr(blank_sheets, "stream_blanks", breaking)
    code, _, _ = run(capsys, "--copies", 2, "-o", tmp_path / "sheets.pdf")
    assert code != 0
    assert not list(tmp_path.iterdir())
