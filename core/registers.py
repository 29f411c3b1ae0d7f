"""What the fund's registers know of whoever asks: read into expressions, shown, never typed.

An employer's debts, its bank accounts, the affiliations of a group: a spec names the register and the
members it uses; the service looks them up and hands them to the rules as plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.localized_text import LocalizedText

if TYPE_CHECKING:
    from core.form_spec import FieldSpec, FormSpec

ACCOUNT, EVERYBODY = "account", "everybody"
"""The keys that are no answers: who is signed in; the rows that are the same for all."""

ARABIC = ".ar"
"""Ends the name of the member that says the same in Arabic letters."""

Held = Mapping[str, Sequence[Mapping[str, Any]]]
"""What was found, by id of the spec's ``records``: rows of members."""


@dataclass(frozen=True, slots=True)
class Records:
    """One list of rows that a register keeps under a key.

    Attributes:
        id: Its name in expressions: a list of rows, or one row when not ``many``.
        register: Which register is asked (``debts``).
        key: ``account``, ``everybody``, the id of the field whose answer is looked up, or the member of
            a single row above (``person.registration``).
        fields: The members of a row, with their kinds and labels.
        many: Whether expressions see a list of rows, or the members of the only one.
    """

    id: str
    register: str
    key: str
    label: LocalizedText
    fields: tuple[FieldSpec, ...]
    many: bool = True
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class ChoicesFrom:
    """A choice among the rows of a register: which member is the answer, and which words name a row."""

    records: str
    value: str
    label: tuple[str, ...]


Lookup = Callable[[str, str], Sequence[Mapping[str, Any]]]
"""Asks one register for the rows under one key."""


def look_up(
    spec: FormSpec, answers: Mapping[str, object], account: str, ask: Lookup, at_counter: bool = False
) -> Held:
    """Ask the registers for everything the spec uses and whose key is known.

    An answer that is to be chosen among an account's rows opens nothing unless it is one of them: what
    the fund knows of an enterprise is told to no one else who types its number.

    Args:
        at_counter: Whether a clerk prepares it for somebody without an account: ``account`` is then the
            number they showed papers for, and may be chosen though no account lists it.
    """
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for one in spec.records:
        key = _key(spec, one.key, answers, account, found)
        found[one.id] = tuple(ask(one.register, str(key))) if key else ()
        if at_counter and one.key == ACCOUNT and account and not found[one.id]:
            chosen = (field.choices_from for field in spec.fields() if field.choices_from is not None)
            found[one.id] = tuple({where.value: account} for where in chosen if where.records == one.id)[:1]
    return found


def member_named(spec: FormSpec, key: str) -> tuple[str, str] | None:
    """The records and the member that a key such as ``person.registration`` names, if it names any."""
    records, _, member = key.partition(".")
    single = any(one.id == records and not one.many for one in spec.records)
    return (records, member) if single and member else None


def _key(
    spec: FormSpec, key: str, answers: Mapping[str, object], account: str, found: Mapping[str, Any]
) -> object:
    if key == ACCOUNT:
        return account
    if key == EVERYBODY:
        return EVERYBODY
    if (named := member_named(spec, key)) is not None:
        rows = found.get(named[0], ())
        return rows[0].get(named[1]) if rows else None
    where = spec.field(key).choices_from
    if where is None:
        return answers.get(key)
    offered = [str(row.get(where.value)) for row in found.get(where.records, ())]
    only = offered[0] if len(offered) == 1 else ""  # need not be given
    given = str(answers.get(key) or only)
    return given if given in offered else None


def with_records(spec: FormSpec, held: Held) -> FormSpec:
    """The spec as it is for one dossier: rows of registers in reach, choices among them filled in.

    Where there is one row to choose, it is the answer until another is given.
    """
    sections = tuple(
        replace(
            section,
            rows=tuple(
                tuple(_with_choices(one, held) for one in row) if isinstance(row, tuple) else row
                for row in section.rows
            ),
        )
        for section in spec.sections
    )
    return replace(spec, sections=sections, held=held)


def _with_choices(one: FieldSpec, held: Held) -> FieldSpec:
    from core.form_spec import Choice

    if one.choices_from is None:
        return one
    where = one.choices_from
    choices = []
    for row in held.get(where.records, ()):
        label = LocalizedText(
            ar=_named([in_both(row, name)[0] for name in where.label]),
            fr=_named([in_both(row, name)[1] for name in where.label]),
        )
        choices.append(Choice(str(row[where.value]), label))
    only = choices[0].value if len(choices) == 1 else one.default
    return replace(one, choices=tuple(choices), default=only)


def in_both(row: Mapping[str, Any], member: str) -> tuple[Any, Any]:
    """A member of a row as Arabic and as French readers see it: names are kept in both."""
    value = row.get(member)
    return row.get(f"{member}{ARABIC}") or value, value


def _named(words: Sequence[object]) -> str:
    return " – ".join(str(word) for word in words if word)


def record_variables(spec: FormSpec) -> Iterator[tuple[str, Any]]:
    """Name and value of every register's rows as expressions see them; unknown ones blank."""
    for one in spec.records:
        rows = [_row(one, row) for row in spec.held.get(one.id, ())]
        yield one.id, rows if one.many else (rows[0] if rows else _row(one, {}))


def _row(records: Records, row: Mapping[str, Any]) -> dict[str, Any]:
    from core.field_kinds import kind_of

    seen: dict[str, Any] = {}
    for one in records.fields:
        value = row.get(one.id)
        if value is None:
            seen[one.id] = kind_of(one).blank
        else:
            seen[one.id] = float(value) if one.kind == "amount" else value
    return seen
