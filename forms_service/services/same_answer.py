"""Whether two answers say the same although they are written differently."""

from __future__ import annotations

from functools import cache

from babel import Locale

from core.dates_in_text import fold_letters
from core.field_kinds import Answer
from core.form_spec import FieldSpec


def says_the_same(field: FieldSpec | None, one: Answer, other: Answer) -> bool:
    """Whether nobody needs to choose between them: equal, or one country named in two scripts."""
    if one == other:
        return True
    if field is None or field.kind != "country" or not (isinstance(one, str) and isinstance(other, str)):
        return False
    countries = _countries()
    code = countries.get(fold_letters(one))
    return code is not None and code == countries.get(fold_letters(other))


@cache
def _countries() -> dict[str, str]:
    return {
        fold_letters(name): code
        for language in ("ar", "fr")
        for code, name in Locale(language).territories.items()
        if code.isalpha()
    }
