from __future__ import annotations

from collections.abc import Callable

import pytest
from form_papers import KINDS

from forms_service.spec_catalogue import SpecCatalogue


@pytest.fixture(scope="session")
def paper_file() -> Callable[[str, str], bytes]:
    """A form's paper of one kind, made once."""
    catalogue = SpecCatalogue.load()
    made: dict[tuple[str, str], bytes] = {}

    def make(form: str, kind: str) -> bytes:
        if (form, kind) not in made:
            made[form, kind] = KINDS[kind](catalogue.get(form))
        return made[form, kind]

    return make
