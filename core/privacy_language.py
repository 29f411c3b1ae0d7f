"""The words of the spec language for what happens to people's data: purpose, right, recipients, keeping.

A part of the table in ``core.spec_language``; ``docs/spec-language.md`` shows every construct in use.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.language_keys import LANGUAGE, PROPOSED, SOURCE, Key
from core.privacy import OUTCOMES, Ending, KeptFrom

_SAID = {
    "purpose": Key("localized", "What the data are used for."),
    "legal_basis": Key("localized", "By what right: the law or the task that asks for them."),
    "recipients": Key("list:localized", "Who else sees them."),
    "retention": Key("list:retention", "How long they are kept, for each outcome of a request."),
    "source": SOURCE,
    "proposed": PROPOSED,
}

PRIVACY_CONSTRUCTS: Mapping[str, Mapping[str, Key]] = {
    "privacy": {
        "terms": Key("id", "Terms of privacy.yaml that hold where the form says nothing else."),
        **_SAID,
    },
    "retention": {
        "after": Key("one_of:" + ",".join(OUTCOMES), "The outcome it is about.", required=True),
        "counts_from": Key("one_of:" + ",".join(KeptFrom), "The event it counts from.", required=True),
        "years": Key("integer", "Years it is kept; with months and days, these come after them."),
        "months": Key("integer", "Months it is kept."),
        "days": Key("integer", "Days it is kept."),
        "then": Key("one_of:" + ",".join(Ending), "What happens then.", required=True),
    },
    "privacy_terms": {
        "language": LANGUAGE,
        "terms": Key("list:shared_privacy", "The terms that forms name.", required=True),
    },
    "shared_privacy": {
        "id": Key("id", "Its name: a form says privacy: {terms: <id>}.", required=True),
        **_SAID,
    },
}
