"""The author's preview as a page: built as well as the pages applicants see."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_structure import PageStructure

from core.localized_text import Language
from forms_service.previewing import PreviewWish, write_preview
from forms_service.spec_catalogue import default_directory

THIRD = Path(__file__).resolve().parents[1] / "third_form" / "leave-1" / "v1.yaml"
ITS_OWN_STYLE = "inline script or style: style"
NO_FOOT = "0 times footer"


@pytest.mark.parametrize("language", [None, Language.AR, Language.FR])
@pytest.mark.parametrize(
    "form", [THIRD, default_directory() / "310-1-32" / "v1.yaml"], ids=["leave", "refund"]
)
def test_everything_is_labelled_linked_and_unique(
    form: Path, language: Language | None, tmp_path: Path
) -> None:
    write_preview(form, tmp_path, default_directory(), PreviewWish(language))
    page = PageStructure((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert set(page.faults()) == {ITS_OWN_STYLE, NO_FOOT}
    shown = language or Language.FR
    assert page.root == {"lang": shown.value, "dir": shown.direction.value}
    assert len(page.fields) > 10
