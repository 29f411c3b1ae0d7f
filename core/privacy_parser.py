"""Reads what a form and the shared terms say of people's data, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import cast

from core.construct_reader import STAND_IN, Construct, ConstructReader
from core.construct_values import maybe_text, maybe_words, text_of, whole_of
from core.errors import SpecError, SpecErrors
from core.localized_text import LocalizedText
from core.privacy import OUTCOMES, Ending, KeptFrom, Privacy, PrivacyTerms, Retention
from core.shared_parameters import report_language
from core.yaml_source import load_yaml

_NEEDED = ("purpose", "legal_basis", "recipients", "retention")


def parse_privacy_terms(text: str, source: str) -> PrivacyTerms:
    """Read ``privacy.yaml``.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source)
    reader = ConstructReader(source, errors)
    c = reader.construct("privacy_terms", root) if root is not None else None
    if c is None:
        raise SpecErrors(errors)
    report_language(c, reader)
    problems: list[SpecError] = []
    found: dict[str, Privacy] = {}
    checking = ConstructReader(source, problems)
    for one in c.constructs("terms"):
        name = text_of(one, "id")
        if name in found:
            checking.report(one.place, f"the id {name!r} stands here again, expected once")
        privacy = _whole(one, None, checking)
        if privacy is not None:
            found[name] = privacy
    errors += [one for one in problems if STAND_IN not in one.problem]
    if errors:
        raise SpecErrors(errors)
    return PrivacyTerms(found)


def privacy_of(found: object, known: PrivacyTerms | None, reader: ConstructReader) -> Privacy | None:
    """What a form says of people's data, the terms it names filled in; None where it says nothing.

    Args:
        known: The shared terms; None leaves the name of terms unchecked, and what rests on them unsaid.
    """
    if not isinstance(found, Construct):
        return None
    name = maybe_text(found, "terms")
    if name is not None and known is None:
        return None
    terms = known.by_id.get(name) if known is not None and name is not None else None
    if name is not None and terms is None:
        near, place = get_close_matches(name, known.by_id if known else (), n=1), found.place_of("terms")
        if near:
            reader.report(place, f"privacy: no terms are called {name!r}, did you mean {near[0]!r}?")
        else:
            reader.report(place, f"privacy: no terms are called {name!r}, expected an id of privacy.yaml")
        return None
    return _whole(found, terms, reader)


def _whole(c: Construct, terms: Privacy | None, reader: ConstructReader) -> Privacy | None:
    """What is said here, and by the terms where nothing is."""
    for key in _NEEDED:
        if terms is None and not c.get(key):
            reader.report(
                c.place_of(key), f"{c.name}: {key} is missing, expected here or in the terms it names"
            )
    own = [_retention(one, reader) for one in c.constructs("retention")]
    said = [one.after for one in own]
    for outcome in sorted({one for one in said if said.count(one) > 1}):
        reader.report(c.place_of("retention"), f"retention: {outcome} stands here twice, expected once")
    missing = [one for one in OUTCOMES if one not in said]
    if terms is None and own and missing:
        reader.report(
            c.place_of("retention"),
            f"retention: nothing is said of {', '.join(missing)}, expected one for each outcome",
        )
    purpose, basis = maybe_words(c, "purpose"), maybe_words(c, "legal_basis")
    recipients = tuple(cast(list[LocalizedText], c.get("recipients", [])))
    if terms is None and (purpose is None or basis is None):
        return None
    return Privacy(
        purpose=purpose or cast(Privacy, terms).purpose,
        legal_basis=basis or cast(Privacy, terms).legal_basis,
        recipients=recipients or (terms.recipients if terms else ()),
        retention=_in_order(own, terms.retention if terms else ()),
        terms=maybe_text(c, "terms") or maybe_text(c, "id"),
        source=maybe_text(c, "source") or (terms.source if terms else None),
        proposed=maybe_text(c, "proposed") or (terms.proposed if terms else None),
    )


def _in_order(own: Iterable[Retention], shared: Iterable[Retention]) -> tuple[Retention, ...]:
    by_outcome = {one.after: one for one in (*shared, *own)}
    return tuple(by_outcome[one] for one in OUTCOMES if one in by_outcome)


def _retention(c: Construct, reader: ConstructReader) -> Retention:
    after, counts_from = text_of(c, "after"), KeptFrom(text_of(c, "counts_from"))
    then = Ending(text_of(c, "then"))
    years, months, days = (whole_of(c, key, 0) for key in ("years", "months", "days"))
    if min(years, months, days) < 0 or not (years or months or days):
        reader.report(c.place, f"retention after {after}: no length of time, expected years, months or days")
    if after == "draft" and counts_from is not KeptFrom.LAST_CHANGE:
        reader.report(
            c.place_of("counts_from"),
            f"retention after draft: it cannot count from {counts_from.value}, expected last_change",
        )
    if after != "draft" and then is Ending.ERASE:
        reader.report(
            c.place_of("then"),
            f"retention after {after}: figures count what was deposited, expected then: anonymise",
        )
    return Retention(after, counts_from, then, years, months, days)
