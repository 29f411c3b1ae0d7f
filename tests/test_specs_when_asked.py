"""A catalogue that reads forms when they are asked for is the catalogue, only sooner."""

from __future__ import annotations

import pytest

from core.errors import UnknownForm
from forms_service import spec_catalogue
from forms_service.spec_catalogue import SpecCatalogue


def test_it_knows_the_same_forms_and_which_are_of_their_own() -> None:
    whole, asked = SpecCatalogue.load(), SpecCatalogue.when_asked()
    assert set(asked.specs) == set(whole.specs)
    assert asked.of_their_own == whole.of_their_own
    assert asked.get("311-1-14") == whole.get("311-1-14")
    assert asked.get("wage-declaration") == whole.get("wage-declaration")
    assert asked.document_types() == whole.document_types()
    with pytest.raises(UnknownForm):
        asked.get("no-such-form")


def test_nothing_but_the_form_that_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    load = spec_catalogue.load_spec
    monkeypatch.setattr(
        spec_catalogue, "load_spec", lambda path, *more: (read.append(path.parent.name), load(path, *more))[1]
    )
    catalogue = SpecCatalogue.when_asked()
    assert catalogue.of_their_own and not read
    catalogue.get("310-1-32")
    catalogue.get("310-1-32", 1)
    assert read == ["310-1-32"]
