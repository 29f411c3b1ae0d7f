"""What speaks for one reading: who read it, how sure each was, and what confirms it – never what it says.

Evidence holds no value, no name and no reference, so it may be kept after the reading is gone, and
teach the next calibration how far readings like this one can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import Script
from core.placement import WidgetKind
from forms_service.ocr.doubts import Doubt


class Group(StrEnum):
    """Readings that fail in the same ways and are therefore calibrated together."""

    CHECKED_COMB = "checked_comb"
    DATE = "date"
    NUMBER = "number"
    IDENTITY_NUMBER = "identity_number"
    LATIN = "latin"
    AMOUNT = "amount"
    EMAIL = "email"
    ARABIC_CONFIRMED = "arabic_confirmed"
    ARABIC_NAME_ALONE = "arabic_name_alone"
    ARABIC_TEXT = "arabic_text"
    TICK = "tick"
    SIGNATURE = "signature"
    BLANK = "blank"


MENDED_SHARE = 0.5
"""A text that had to be mended ranks below every text that stood as it was read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against one reading.

    Attributes:
        readers: Who gave a confidence of their own, and which; they all read the same characters.
        agreed: Whether independent looks gave the same text.
        corroborated: Whether the other spelling of the same name, read on its own, says the same.
        mended: Whether characters were settled by the pattern they must have.
        doubt: Code of what speaks against it whatever the confidence; None for a clear reading.
    """

    group: Group
    readers: Mapping[str, float] = field(default_factory=dict)
    agreed: bool = True
    corroborated: bool = False
    mended: bool = False
    doubt: str | None = None

    @property
    def clear(self) -> bool:
        """Whether nothing but a low score speaks against it."""
        return self.doubt is None

    @property
    def score(self) -> float:
        """The rank among the readings of its group, 0 to 1: as sure as the least sure reader."""
        least = min(self.readers.values(), default=0.0)
        return round(least * MENDED_SHARE if self.mended else least, 4)

    def doubted(self, doubt: Doubt) -> Evidence:
        """The same evidence with something against it; the first doubt stays."""
        return self if self.doubt else replace(self, doubt=doubt.value)

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "group": self.group.value,
            "readers": {name: round(value, 4) for name, value in self.readers.items()},
            "agreed": self.agreed,
            "corroborated": self.corroborated,
            "mended": self.mended,
            "doubt": self.doubt,
        }

    @staticmethod
    def from_dict(data: Mapping[str, object]) -> Evidence:
        """The inverse of ``as_dict``.

        Raises:
            ValueError: It is not evidence.
        """
        readers = data.get("readers")
        if not isinstance(readers, Mapping):
            raise ValueError("evidence names its readers")
        sure = {str(name): float(value) for name, value in readers.items()}
        if not all(0.0 <= value <= 1.0 for value in sure.values()):
            raise ValueError("a confidence is between 0 and 1")
        doubt = data.get("doubt")
        return Evidence(
            Group(str(data.get("group"))),
            sure,
            data.get("agreed") is True,
            data.get("corroborated") is True,
            data.get("mended") is True,
            None if doubt is None else Doubt(str(doubt)).value,
        )


_COMBS: Mapping[str, Group] = {
    "rib": Group.CHECKED_COMB,
    "date": Group.DATE,
    "identity_number": Group.IDENTITY_NUMBER,
}
_LINES: Mapping[str, Group] = {"email": Group.EMAIL, "amount": Group.AMOUNT}


def group_of(field: FieldSpec, script: Script, corroborated: bool = False) -> Group:
    """The group of a written answer that was read in ``script``."""
    if kind_of(field).widget is WidgetKind.COMB:
        return _COMBS.get(field.kind, Group.NUMBER)
    if field.kind in _LINES:
        return _LINES[field.kind]
    if script is not Script.ARAB:
        return Group.LATIN
    if not field.twin:
        return Group.ARABIC_TEXT
    return Group.ARABIC_CONFIRMED if corroborated else Group.ARABIC_NAME_ALONE
