"""The published specs, parsed once for the tests of their content."""

from __future__ import annotations

import pytest

from core.form_spec import FormSpec
from forms_service.spec_catalogue import SpecCatalogue


@pytest.fixture(scope="session")
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@pytest.fixture(scope="session")
def allowance(catalogue: SpecCatalogue) -> FormSpec:
    return catalogue.get("311-1-14", 1)


@pytest.fixture(scope="session")
def refund(catalogue: SpecCatalogue) -> FormSpec:
    return catalogue.get("310-1-32", 1)
