"""The reading's own process: whatever a paper does to it, the parent gets an answer and goes on."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from forms_service import reading_process
from forms_service.config import MEBIBYTE, ReadingLimits
from forms_service.reading_process import (
    ReadingFailed,
    ReadingOutcome,
    ReadingRequest,
    run_reading,
    run_reading_of_pages,
    sweep,
)
from forms_service.render.qr_code import qr_rows

ROOT = Path(__file__).resolve().parents[2]
REQUEST = ReadingRequest("read", "page.pdf", "unused")


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Let the child run a few given lines in place of the reading, under the real limits."""

    def run(code: str, **limits: object) -> dict[str, object]:
        package = tmp_path / "stand_in" / "forms_service"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(
            f"import pathlib; __path__ = [str(pathlib.Path(__file__).parent), {str(ROOT / 'forms_service')!r}]"
        )
        body = textwrap.indent(textwrap.dedent(code), "    ")
        (package / "upload_reading.py").write_text(f"def read_upload(request, original, folder):\n{body}\n")
        monkeypatch.setattr(sys, "path", [str(package.parent), str(ROOT), *sys.path])
        with run_reading(REQUEST, b"original", ReadingLimits(**limits), tmp_path / "scratch") as outcome:
            return outcome.result

    return run


def test_the_child_gives_its_result(child, tmp_path: Path) -> None:
    assert child("return {'seen': original.decode(), 'name': request.filename}") == {
        "seen": "original",
        "name": "page.pdf",
    }
    assert list((tmp_path / "scratch").iterdir()) == []


def test_receipts_copies_and_leaves_are_read_behind_locked_doors(tmp_path: Path) -> None:
    """Elsewhere readings begin in a process that has their programs loaded; here each loads its own, locked in."""
    code = np.array(qr_rows("CNR1:A RECEIPT", "M")).astype(bool)
    shown = Image.fromarray(
        np.where(np.kron(np.pad(code, 4), np.ones((8, 8), bool)), 0, 255).astype(np.uint8)
    )
    picture, scan = io.BytesIO(), io.BytesIO()
    shown.save(picture, "PNG")
    shown.save(scan, "PDF", save_all=True, append_images=[Image.new("L", (160, 240), 90)])

    def read(mode: str, name: str, original: bytes, image: str = "", **more: object) -> tuple[dict, bytes]:
        request = ReadingRequest(mode, name, str(ROOT / "form_specs"), **more)
        with run_reading(request, original, ReadingLimits(), tmp_path / "scratch") as outcome:
            return outcome.result, outcome.image(image) if image else b""

    assert read("receipt", "photo.png", picture.getvalue())[0]["code"] == "CNR1:A RECEIPT"
    told, copy = read("copy", "scan.pdf", scan.getvalue(), "copy")
    assert told["name"] == "scan.pdf" and len(pikepdf.open(io.BytesIO(copy)).pages) == 2
    told, leaf = read("leaves", "scan.pdf", scan.getvalue(), "leaf-2.png", pages=(2,))
    assert told["leaves"] == [[2, "leaf-2.png"]]
    assert abs(np.asarray(Image.open(io.BytesIO(leaf)).convert("L")).mean() - 90) < 3


@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        ("raise ValueError('broken')", {}, "exit_1"),
        ("import os; os.kill(os.getpid(), 9)", {}, "killed"),
        ("import os; os.abort()", {}, "signal_6"),
        ("import time; time.sleep(60)", {"wall_seconds": 1.0}, "out_of_time"),
        ("while True: pass", {"cpu_seconds": 1}, "out_of_time"),
        (
            "from forms_service.reading_process import begin_page\nbegin_page(folder, 3, 1)\nwhile True: pass",
            {},
            "out_of_time",
        ),
        ("return len(bytearray(900_000_000))", {"memory_bytes": 600 * MEBIBYTE}, "exit_1"),
        ("(folder / 'huge').write_bytes(bytes(9_000_000))", {"output_bytes": 2 * MEBIBYTE}, "exit_1"),
        ("import os; os._exit(0)", {}, "no_result"),
        ("(folder / 'result.json').write_text('{'); import os; os._exit(0)", {}, "no_result"),
    ],
    ids=[
        "fault",
        "killed",
        "crash",
        "slow",
        "busy",
        "slow page",
        "memory",
        "disk",
        "silent",
        "half a result",
    ],
)
def test_no_paper_takes_the_parent_down(child, tmp_path: Path, code: str, limits: dict, reason: str) -> None:
    with pytest.raises(ReadingFailed) as failed:
        child(code, **limits)
    assert failed.value.reason == reason
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_child_sees_no_secret_of_the_parent(child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_SECRET_KEY", "do not tell")
    seen = child("import os; return dict(os.environ)")
    assert "FORMS_SECRET_KEY" not in seen
    assert seen["OMP_THREAD_LIMIT"] == "1"


def test_what_the_child_started_ends_with_it(child) -> None:
    result = child("import subprocess; return {'pid': subprocess.Popen(['sleep', '60']).pid}")
    limit = time.monotonic() + 5
    while _runs(int(result["pid"])):
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed outright; nobody is left to end the child but the kernel."""
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, subprocess, sys, time
            code = (
                "import os, sys, time; from pathlib import Path;"
                "from forms_service.reading_process import die_with_parent; die_with_parent();"
                "Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
            )
            environment = {**os.environ, "FORMS_PARENT": str(os.getpid())}
            subprocess.Popen([sys.executable, "-c", code, sys.argv[1]], env=environment, start_new_session=True)
            time.sleep(60)
            """
        )
    )
    told = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, str(script), str(told)], env=environment)
    try:
        limit = time.monotonic() + 20
        while not told.exists() or not told.read_text():
            assert time.monotonic() < limit
            time.sleep(0.02)
        child = int(told.read_text())
        assert _runs(child)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    while _runs(child):
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_killed_readings_left_behind_is_swept_away(tmp_path: Path) -> None:
    limits = ReadingLimits(wall_seconds=10)
    old, fresh, looked = tmp_path / "reading-old", tmp_path / "reading-fresh", tmp_path / "look-old"
    for folder in (old, fresh, looked):
        folder.mkdir()
        (folder / "original").write_bytes(b"a person's paper")
    long_ago = time.time() - 60
    for folder in (old, looked):
        os.utime(folder, (long_ago, long_ago))
    sweep(tmp_path, limits)
    assert not old.exists()
    assert not looked.exists()
    assert fresh.exists()


def test_image_names_lead_nowhere_else(tmp_path: Path) -> None:
    outcome = reading_process.ReadingOutcome({}, tmp_path)
    with pytest.raises(ReadingFailed):
        outcome.image("../../etc/passwd")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read pages of which readings end one after another, each after some seconds; gives their limits."""

    def read(ended_at: list[int], seconds: float, of_a_paper: bool) -> tuple[list[float], bool]:
        now, granted = [0.0], []
        remaining = iter(ended_at)

        @contextmanager
        def reading(request: ReadingRequest, _original, limits: ReadingLimits, scratch: Path):
            granted.append(limits.wall_seconds)
            page = next((one for one in remaining if one not in dict(request.left_out)), None)
            if page is None:
                yield ReadingOutcome({}, scratch)
                return
            now[0] += min(seconds, limits.wall_seconds)
            raise ReadingFailed("signal_11", page, of_a_paper=of_a_paper)

        monkeypatch.setattr(reading_process, "run_reading", reading)
        monkeypatch.setattr(reading_process.time, "monotonic", lambda: now[0])
        try:
            with run_reading_of_pages(REQUEST, b"", ReadingLimits(wall_seconds=240.0), tmp_path):
                return granted, True
        except ReadingFailed:
            return granted, False

    return read


@pytest.mark.parametrize(
    ("ended_at", "of_a_paper", "seconds", "granted", "is_read"),
    [
        ([1, 1, 2, 2, 3, 3], False, 1.0, [240.0] * 7, True),
        ([1, 1, 1, 2, 2, 2, 3, 3, 3], True, 1.0, [240.0] * 10, True),
        ([1, 1, 2, 2, 3, 3, 4], False, 1.0, [240.0] * 7, False),
        (list(range(1, 30)), False, 1.0, [240.0] * 10, False),
        ([1, 1, 2, 2, 3, 3], False, 200.0, [240.0, 240.0, 240.0, 120.0], False),
    ],
    ids=[
        "three bad pages are left out",
        "so are three of a paper, each tried three times",
        "a fourth is too many",
        "another page fails each time",
        "slow failures share a deadline",
    ],
)
def test_failing_readings_of_one_upload_do_not_hold_the_slot_for_long(
    failing, ended_at: list[int], of_a_paper: bool, seconds: float, granted: list[float], is_read: bool
) -> None:
    assert failing(ended_at, seconds, of_a_paper) == (granted, is_read)
