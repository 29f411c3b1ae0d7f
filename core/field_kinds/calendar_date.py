"""A day of the Gregorian calendar: ``2026-03-01`` in the data, DDMMYYYY in eight cells on paper."""

from __future__ import annotations

import re
from datetime import date

from core.field_kinds.base import FieldKind, invalid, western_digits
from core.form_spec import FieldSpec
from core.localized_text import Language
from core.placement import WidgetKind

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_WRITTEN = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})$")
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[/.\- ]\s*\d{1,2}\s*[/.\- ]\s*\d{1,3}$")
_CELLS = re.compile(r"(\d{2})(\d{2})(\d{4})$")


def parse_date(text: str) -> date | None:
    """Read ``2026-03-01``, ``01/03/2026`` or ``01032026``; None when it is no existing day."""
    text = western_digits(text).strip()
    if match := _ISO.match(text):
        year, month, day = match.groups()
    elif match := _WRITTEN.match(text) or _CELLS.match(text):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _check(text: str, _spec: FieldSpec) -> str:
    if _SHORT_YEAR.match(western_digits(text).strip()):
        raise invalid(
            "year_too_short",
            "السنة ناقصة. اكتبوها بأربعة أرقام، مثلا 1985 لا 85.",
            "L'année est incomplète. Écrivez-la en quatre chiffres : 1985, non 85.",
        )
    day = parse_date(text)
    if day is None or not 1850 <= day.year <= 2200:
        raise invalid(
            "not_a_date",
            "لا وجود لهذا التاريخ. اكتبوا اليوم ثم الشهر ثم السنة بأربعة أرقام.",
            "Cette date n'existe pas. Écrivez le jour, le mois, puis l'année en quatre chiffres.",
        )
    return day.isoformat()


def _cells(value: str, _spec: FieldSpec) -> str:
    year, month, day = value.split("-")
    return f"{day}{month}{year}"


def _read(value: str, _spec: FieldSpec, _language: Language) -> str:
    year, month, day = value.split("-")
    return f"{day}/{month}/{year}"


DATE = FieldKind(
    name="date",
    check=_check,
    sample="1988-03-05",
    widget=WidgetKind.COMB,
    charset="0123456789",
    cells=8,
    blank=None,
    input_mode="numeric",
    paper=_cells,
    screen=_read,
)
