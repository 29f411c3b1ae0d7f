"""What a form is for people: a procedure of the fund, with whose it is and where it is filed."""

from __future__ import annotations

from dataclasses import dataclass

from core.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class Procedure:
    """How the catalogue tells a form to those who look for it.

    Attributes:
        who: Whose procedure it is, in the order of the spec; one of ``catalogue_language.WHO``.
        topic: One of ``catalogue_language.TOPICS``.
        signed_by: Who signs and stamps the paper.
        deadline_words: By when; some limits count from a day that no answer gives.
        also_printed_as: Other spellings of its reference.
        guidance: Ids of answers of the guidance.
        rows: Rows of the list of systems.
        listed: Whether it stands in the catalogue's lists.
    """

    who: tuple[str, ...]
    topic: str
    purpose: LocalizedText
    where: LocalizedText
    signed_by: LocalizedText | None = None
    deadline_words: LocalizedText | None = None
    also_printed_as: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    listed: bool = True
    source: str | None = None
    proposed: str | None = None
