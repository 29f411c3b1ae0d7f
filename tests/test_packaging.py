"""The wheel ships what the service needs, and the lock file pins it without naming any registry."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=180)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_code_specs_fonts_sentences_pages_and_tables_are_shipped(shipped: set[str]) -> None:
    for folder in ("core", "forms_service"):
        modules = {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.py")}
        assert modules <= shipped
    for pattern in ("form_specs/**/*.yaml", "form_specs/**/*.json", "forms_service/web/templates/*.html"):
        files = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}
        assert files and files <= shipped
    for ending in (".ttf", "OFL.txt", "style.css", "LICENSE"):
        assert any(name.endswith(ending) for name in shipped), ending
    assert any(name.startswith("forms_service/locales/") and name.endswith(".yaml") for name in shipped)


def test_tests_samples_and_data_are_not_shipped(shipped: set[str]) -> None:
    assert not [name for name in shipped if name.startswith(("tests/", "samples/", "var/", "training/"))]


def test_every_package_is_pinned_with_hashes_and_no_address_is_named() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith((" ", "#", "-"))]
    assert len(entries) > 50
    assert all(re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry) for entry in entries), entries
    text = "\n".join(lines)
    assert "://" not in text and "--index-url" not in text and "--find-links" not in text
    assert text.count("--hash=sha256:") >= len(entries)


def test_every_dependency_is_in_the_lock_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = [re.match(r"[A-Za-z0-9_.-]+", one).group() for one in declared]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(names) > 30
    assert [name for name in names if not re.search(rf"^{re.escape(name)}==", locked, re.M)] == []
