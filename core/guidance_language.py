"""The words for what is told and reckoned outside the forms: parameters, answers, calculators.

A part of the table in ``core.spec_language``; ``docs/guidance-language.md`` shows every construct in use.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.language_keys import LANGUAGE, PROPOSED, USES, Key

GUIDANCE_CONSTRUCTS: Mapping[str, Mapping[str, Key]] = {
    "parameters": {
        "language": LANGUAGE,
        "parameters": Key(
            "list:parameter", "Dated figures that forms, answers and calculators share.", required=True
        ),
    },
    "guidance": {
        "language": LANGUAGE,
        "theme": Key("id", "The theme's name in addresses.", required=True),
        "title": Key("localized", "What the theme is called.", required=True),
        "answers": Key("list:answer", "The answers, in the order they are read.", required=True),
    },
    "answer": {
        "id": Key("id", "Its name in addresses: /guidance/<id>.", required=True),
        "number": Key("integer", "Its number in the source.", required=True),
        "part": Key("one_of:b,c", "The second or third question under the same number."),
        "question": Key("localized", "The question.", required=True),
        "question_in_source": Key(
            "bool", "true: the question stands in the source; otherwise it was inferred."
        ),
        "answer": Key(
            "prose", "Blank line: new paragraph; «- »: point of a list; {id}: a shared figure.", required=True
        ),
        "figures": Key("list:id", "Shared parameters it rests on without naming their value."),
        "procedures": Key("list:id", "Forms that act on it."),
        "calculators": Key("list:id", "Calculators that reckon it."),
        "outdated": Key("localized", "What contradicts or replaces it."),
        "source": Key("text", "Where it stands.", required=True),
        "proposed": PROPOSED,
    },
    "calculator": {
        "language": LANGUAGE,
        "id": Key("id", "Its name in addresses: /calculators/<id>.", required=True),
        "title": Key("localized", "What it reckons.", required=True),
        "intro": Key("localized", "For whom it is and what to have at hand.", required=True),
        "uses": USES,
        "inputs": Key("list:field", "What is asked.", required=True),
        "rules": Key("list:rule", "What the inputs must satisfy."),
        "results": Key("list:calculation", "What is reckoned, step by step.", required=True),
        "answers": Key("list:id", "Answers of the guidance that explain it."),
        "source": Key("text", "Where the rule stands.", required=True),
        "proposed": PROPOSED,
    },
}
