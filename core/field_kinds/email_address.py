"""An e-mail address."""

from __future__ import annotations

import re

from core.field_kinds.base import FieldKind, invalid
from core.form_spec import FieldSpec
from core.localized_text import Script

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _check(text: str, _spec: FieldSpec) -> str:
    compact = text.replace(" ", "")
    if not _ADDRESS.fullmatch(compact):
        raise invalid(
            "not_an_email",
            "هذا ليس عنوان بريد إلكتروني. مثال: nom@exemple.ma.",
            "Ce n'est pas une adresse e-mail. Exemple : nom@exemple.ma.",
        )
    return compact


EMAIL = FieldKind(
    name="email",
    check=_check,
    sample="nom@exemple.ma",
    script=Script.LATN,
    charset="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-+",
    max_length=60,
    input_mode="email",
)
