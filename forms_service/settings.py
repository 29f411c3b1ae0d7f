"""Reads settings from the environment and gathers everything that is wrong with them, to be told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar

from core.errors import FormsError
from core.localized_text import LocalizedText

Part = TypeVar("Part")
Network = IPv4Network | IPv6Network


class InvalidSetting(FormsError):
    """Settings are not usable: each problem names one and says what is expected.

    Attributes:
        problems: One sentence for each setting that is wrong.
    """

    code = "invalid_setting"

    def __init__(self, *problems: LocalizedText | str) -> None:
        self.problems = tuple(
            one if isinstance(one, LocalizedText) else LocalizedText(one, one) for one in problems
        )
        super().__init__(
            LocalizedText(
                ar="\n".join(one.ar for one in self.problems), fr="\n".join(one.fr for one in self.problems)
            )
        )


class Settings:
    """Typed reading of the environment: whoever mistyped three settings is told of three, not of one.

    What is wrong is noted and its default given; ``refuse_wrong`` raises what was noted.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[LocalizedText] = []

    def refuse_wrong(self) -> None:
        """Tell everything that was wrong.

        Raises:
            InvalidSetting: Something was.
        """
        if self.problems:
            raise InvalidSetting(*self.problems)

    def part(self, read: Callable[[Mapping[str, str]], Part], default: Part) -> Part:
        """Settings that another reader knows; what it refuses is noted with the rest."""
        try:
            return read(self._environment)
        except InvalidSetting as wrong:
            self.problems += wrong.problems
        except FormsError as wrong:
            self.problems.append(wrong.message)
        return default

    def wrong(self, name: str, value: str, expected: str) -> None:
        """Note that a setting is not usable, and what would be."""
        problem = _WRONG.fill(name=name, value=repr(value), expected=expected)
        if problem not in self.problems:  # a setting that is read twice is wrong once
            self.problems.append(problem)

    def text(self, name: str, default: str) -> str:
        """What is set, without the blanks around it."""
        return self._environment.get(name, "").strip() or default

    def path(self, name: str) -> Path | None:
        """A file or folder; None when none is set."""
        given = self.text(name, "")
        return Path(given) if given else None

    def flag(self, name: str) -> bool:
        """Yes or no; no by default."""
        value = self.text(name, "0").lower()
        if value not in ("0", "1", "true", "false", "yes", "no"):
            self.wrong(name, value, "0 / 1")
        return value in ("1", "true", "yes")

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words, the first by default."""
        value = self.text(name, words[0])
        if value not in words:
            self.wrong(name, value, " / ".join(words))
            return words[0]
        return value

    def count(self, name: str, default: int, least: int = 1) -> int:
        """A whole number of at least ``least``."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value) < least:
            self.wrong(name, value, f"{least}, {least + 1}, {least + 2}, …")
            return default
        return int(value)

    def web_address(self, name: str, default: str) -> str:
        """An address that people's browsers open."""
        scheme, colon, rest = self.text(name, default).partition(":")
        value = scheme.lower() + colon + rest
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            self.wrong(name, value, "https://formulaires.example.ma")
            return default
        return value

    def days_by_form(self, name: str, default: int) -> dict[str, int]:
        """``60`` for every form, or ``60 310-1-32=30`` where one differs."""
        found = {"": default}
        for word in self.text(name, "").replace(",", " ").split():
            form, _, days = word.rpartition("=")
            if days.isascii() and days.isdigit() and int(days):
                found[form] = int(days)
            else:
                self.wrong(name, word, "60 310-1-32=30")
        return found

    def networks(self, name: str, default: str = "") -> tuple[Network, ...]:
        """Addresses and networks, such as ``10.0.4.2 10.1.0.0/16``."""
        words = self.text(name, default).replace(",", " ").split()
        try:
            return tuple(ip_network(word) for word in words)
        except ValueError:
            self.wrong(name, " ".join(words), "10.0.4.2 10.1.0.0/16")
            return ()

    def share(self, name: str) -> float | None:
        """A share from 0 to 1; None when none is set."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not 0.0 <= share <= 1.0:
            self.wrong(name, value, "0.0 … 1.0")
            return None
        return share


def unknown_settings(environment: Mapping[str, str]) -> list[LocalizedText]:
    """A warning for every ``FORMS_…`` variable that no setting is called, with the nearest that is."""
    unknown = sorted(name for name in environment if name.startswith("FORMS_") and name not in known_names())
    return [_unknown(name) for name in unknown]


@cache
def known_names() -> frozenset[str]:
    """Every setting there is: the names stand in the code that reads them, so no list can lag behind it."""
    named = re.compile(r"[\"'](FORMS_[A-Z0-9_]+)[\"']")
    sources = Path(__file__).parent.rglob("*.py")
    return frozenset(name for path in sources for name in named.findall(path.read_text(encoding="utf-8")))


def _unknown(name: str) -> LocalizedText:
    near = get_close_matches(name, sorted(known_names()), n=1, cutoff=0.75)
    return _NEAR.fill(name=name, near=near[0]) if near else _UNKNOWN.fill(name=name)


_WRONG = LocalizedText(
    ar="{name}: القيمة {value} غير مقبولة. المنتظر: {expected}",
    fr="{name} : {value} ne convient pas. Attendu : {expected}",
)
_UNKNOWN = LocalizedText(
    ar="{name}: لا يوجد إعداد بهذا الاسم، ولا أثر له.",
    fr="{name} : aucun réglage ne porte ce nom ; il est sans effet.",
)
_NEAR = LocalizedText(
    ar="{name}: لا يوجد إعداد بهذا الاسم، ولا أثر له. هل تقصدون {near}؟",
    fr="{name} : aucun réglage ne porte ce nom ; il est sans effet. Vouliez-vous dire {near} ?",
)
