"""What a key of the spec language is, and the keys that many constructs share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a construct.

    Attributes:
        type: ``id``, ``text``, ``localized``, ``prose``, ``expression``, ``bool``, ``bool_or_expression``,
            ``integer``, ``number``, ``day``, ``scalar``, ``one_of:a,b``, ``list:<type>``,
            ``map:<type>``, ``rows``, or the name of a construct.  ``prose`` is ``localized`` whose
            lines are kept.
    """

    type: str
    help: str
    required: bool = False


LANGUAGE = Key("integer", "Version of the spec language.", required=True)
PROPOSED = Key("text", "Why this goes beyond the sources; leave out what the sources say.")
SOURCE = Key("text", "Where the rule or the wording stands.")
WHEN = Key("expression", "It applies only when this holds.")
PER = Key("text", "Id of the group whose rows each are judged.")
USES = Key("list:id", "Shared parameters of parameters.yaml, used as param.<id>.")
