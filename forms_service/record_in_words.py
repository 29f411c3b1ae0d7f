"""What a check of the record found, in words of both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.localized_text import Language, LocalizedText
from core.record_check import Checked, Finding
from forms_service.locales import both, say


def sentences(found: Checked, signers: Iterable[str] = ()) -> Iterator[LocalizedText]:
    """The verdict of a check as sentences, the verdict first."""
    if found.finding is not None:
        yield both("record_check.broken")
        yield finding_in_words(found.finding)
    elif found.lines:
        yield both("record_check.whole", first=found.first, last=found.last)
    else:
        yield both("record_check.nothing")
    if found.lines:
        yield both("record_check.period", since=_day(found.since), until=_day(found.until))
        yield both("record_check.seals", n=found.seals, day=found.sealed_day, line=found.sealed_to)
        if after := found.last - max(found.sealed_to, found.first - 1):
            yield both("record_check.unsealed", n=after)
        yield both("record_check.head", head=found.head)
    if found.erased:
        yield both("record_check.erased", n=found.erased)
    for note in sorted(found.notes):
        name = "note_untrusted_export" if note == "untrusted" and not found.seals else f"note_{note}"
        yield both(f"record_check.{name}", signers=", ".join(sorted(signers)))


def finding_in_words(finding: Finding) -> LocalizedText:
    """The first thing that is wrong, as a sentence in both languages."""
    code = finding.code
    if code == "missing" and finding.until <= finding.position:
        code = "missing_one"
    of = both("record_check.of_seal", day=finding.day) if finding.day else both("record_check.of_header")
    values = {"position": finding.position, "until": finding.until, "day": finding.day}
    sentence = {
        name: say(f"record_check.{code}", language, before=max(0, finding.position - 1), of=said, **values)
        for name, language, said in (("ar", Language.AR, of.ar), ("fr", Language.FR, of.fr))
    }
    said = LocalizedText(**sentence)
    if not finding.row:
        return said
    where = both("record_check.where", row=finding.row)
    return LocalizedText(ar=f"{said.ar} {where.ar}", fr=f"{said.fr} {where.fr}")


def _day(moment: str) -> str:
    return re.sub(r"T.*", "", moment)
