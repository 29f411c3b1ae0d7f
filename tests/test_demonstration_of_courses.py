"""The demonstration of requests with a course of their own: each ends where it should, its papers can be opened."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from core.localized_text import Language
from forms_service.cli import commands
from forms_service.demo_courses import self_employed
from forms_service.demo_service import demo_service
from forms_service.reading_process import ReadingOutcome
from forms_service.services import reading_results
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.upload_reading import _result


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four walks in Arabic; only the reading of the one picture is left out, for it is dear."""
    folder = tmp_path_factory.mktemp("demo")

    @contextmanager
    def nothing_read(*_args: object) -> Iterator[ReadingOutcome]:
        yield ReadingOutcome(_result("read", confidence=0.0), folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_results, "run_reading_of_pages", nothing_read)
        patch.setenv("FORMS_DATA_DIR", str(folder / "var"))
        command = ["demo", "--only", "courses", "--lang", "ar", "-o", str(folder)]
        answer = CliRunner().invoke(commands, command)
    assert answer.exit_code == 0, answer.output
    (folder / "told.txt").write_text(answer.output, encoding="utf-8")
    return folder


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def test_each_request_ends_and_its_papers_and_messages_lie_where_it_is_told(walked: Path) -> None:
    told, courses = (walked / "told.txt").read_text(encoding="utf-8"), walked / "courses"
    files = [path for path in courses.glob("*/ar/**/*") if path.is_file()]
    names = {path.relative_to(courses).parts[0] for path in files}
    assert names == {"catalogue", "contestation", "remission", "self-employed"}
    assert not [path for path in files if f"→ {path}\n" not in told]
    assert (courses / "remission" / "ar" / "seen.txt").read_text(encoding="utf-8").count("منح الإعفاء") == 1
    schedule = re.findall(r"10/(\d\d/\d{4})", text_of(courses / "remission" / "ar" / "paper-1.pdf"))
    assert len(set(schedule)) >= 13
    assert "204817365" in text_of(courses / "self-employed" / "ar" / "paper-1.pdf")
    answer = sorted((courses / "contestation" / "ar" / "messages").glob("*-email-*.txt"))[-1]
    assert answer.read_text(encoding="utf-8").startswith("E-mail: direction@riad-yasmine.ma")


def test_the_self_employed_walk_in_french_too(tmp_path: Path) -> None:
    catalogue = SpecCatalogue.load()
    with demo_service(tmp_path, Language.FR, catalogue) as service:
        assert self_employed(service)
    seen = (tmp_path / "self-employed" / "fr" / "seen.txt").read_text(encoding="utf-8")
    assert "Catégorie professionnelle : Sages-femmes" in seen and "Copie de l'autorisation d'exercer" in seen
