"""The Unicode bidirectional algorithm (UAX 9) for one line, in microseconds instead of milliseconds.

A line of a form has no explicit embeddings or isolates: such marks are taken out before.  What is left
of the algorithm works on the line's bidirectional classes alone; so the classes are written as one
letter each, and every rule is one substitution in that string.
"""

from __future__ import annotations

import re
import unicodedata

from core.localized_text import Direction

_LETTERS = {
    "L": "L",
    "R": "R",
    "AL": "A",
    "EN": "E",
    "AN": "N",
    "ES": "s",
    "ET": "t",
    "CS": "c",
    "NSM": "m",
    "BN": "b",
    "S": "S",
    "B": "S",
    "WS": "w",
}
"""One letter for each bidirectional class; ``o`` stands for every other neutral."""


class _Classes(dict[int, str]):
    """The letter of every character; characters seen once are looked up no more."""

    def __missing__(self, code: int) -> str:
        self[code] = letter = _LETTERS.get(unicodedata.bidirectional(chr(code)), "o")
        return letter


_CLASSES = _Classes()

_BRACKETS = "()[]{}⁅⁆⁽⁾₍₎⌈⌉⌊⌋⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯❨❩❪❫❬❭❮❯❰❱❲❳❴❵"
_CLOSING = dict(zip(_BRACKETS[::2], _BRACKETS[1::2], strict=True))
_BRACKET = re.compile("[" + re.escape(_BRACKETS) + "]")
_MOST_OPEN_BRACKETS = 63

_MARKS = re.compile(r"(.)m+")
_AFTER_ARABIC = re.compile(r"A[^LRA]*E[^LRA]*")
_SEPARATOR_IN_NUMBER = re.compile(r"(?<=E)[sc](?=E)|(?<=N)c(?=N)")
_TERMINATORS = re.compile(r"(?<=E)t+|t+(?=E)")
_AFTER_LATIN = re.compile(r"L[^LR]*E[^LR]*")
_NEUTRALS = re.compile(r"[owS]+")
_END_OF_LINE = re.compile(r"[wb]*(?:S[wbS]*|$)")
_TO_LEVELS = {
    Direction.LTR: str.maketrans("LREN", "0122"),
    Direction.RTL: str.maketrans("LREN", "2122"),
}


def embedding_levels(text: str, base: Direction) -> str:
    """The level of every character as one digit: odd ones run from the right, even ones from the left.

    Args:
        text: One line, without direction marks.
    """
    classes = text.translate(_CLASSES)
    invisible = [place for place, letter in enumerate(classes) if letter == "b"] if "b" in classes else []
    if not invisible:
        return _settled_ends(classes, _levels(text, classes, base), base)
    seen = [place for place, letter in enumerate(classes) if letter != "b"]
    levels = _levels("".join(text[place] for place in seen), "".join(classes[place] for place in seen), base)
    return _settled_ends(classes, _with_invisible(classes, levels, base), base)


def _with_invisible(classes: str, levels: str, base: Direction) -> str:
    """Characters without a direction take the level of the one before them."""
    rest = iter(levels)
    last = "1" if base is Direction.RTL else "0"
    found = []
    for letter in classes:
        last = last if letter == "b" else next(rest)
        found.append(last)
    return "".join(found)


def _levels(text: str, classes: str, base: Direction) -> str:
    edge = "R" if base is Direction.RTL else "L"
    resolved = _with_weak_resolved(edge + classes)
    if _BRACKET.search(text):
        resolved = _with_brackets_resolved(" " + text, " " + classes, resolved, edge)
    resolved += edge
    resolved = _NEUTRALS.sub(lambda found: _neutral(resolved, found, edge), resolved)
    return resolved[1:-1].translate(_TO_LEVELS[base])


def _with_weak_resolved(classes: str) -> str:
    """Rules W1 to W7; the first letter stands for the start of the line."""
    if "m" in classes:
        classes = _MARKS.sub(lambda found: found[1] * len(found[0]), classes)
    if "E" in classes:
        classes = _AFTER_ARABIC.sub(lambda found: found[0].replace("E", "N"), classes)
    classes = classes.replace("A", "R")
    classes = _SEPARATOR_IN_NUMBER.sub(lambda found: classes[found.start() - 1], classes)
    if "t" in classes:
        classes = _TERMINATORS.sub(lambda found: "E" * len(found[0]), classes)
    classes = classes.replace("s", "o").replace("t", "o").replace("c", "o")
    if "E" in classes:
        classes = _AFTER_LATIN.sub(lambda found: found[0].replace("E", "L"), classes)
    return classes


def _with_brackets_resolved(text: str, classes: str, resolved: str, edge: str) -> str:
    """Rule N0: a pair of brackets runs as what it encloses."""
    letters = list(resolved)
    for opening, closing in _bracket_pairs(text, resolved):
        inside = {_strong(letter) for letter in letters[opening + 1 : closing]} - {""}
        if not inside:
            continue
        direction = edge
        if edge not in inside:
            before = (_strong(letter) for letter in reversed(letters[:opening]))
            direction = next(filter(None, before))
        for place in (opening, closing):
            letters[place] = direction
            following = place + 1
            while following < len(letters) and classes[following] == "m":
                letters[following] = direction
                following += 1
    return "".join(letters)


def _bracket_pairs(text: str, resolved: str) -> list[tuple[int, int]]:
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for found in _BRACKET.finditer(text):
        place, bracket = found.start(), found[0]
        if resolved[place] != "o":
            continue
        if bracket in _CLOSING:
            if len(opened) == _MOST_OPEN_BRACKETS:
                return []
            opened.append((_CLOSING[bracket], place))
            continue
        for depth in range(len(opened) - 1, -1, -1):
            if opened[depth][0] == bracket:
                pairs.append((opened[depth][1], place))
                del opened[depth:]
                break
    return sorted(pairs)


def _strong(letter: str) -> str:
    return letter if letter in "LR" else "R" if letter in "EN" else ""


def _neutral(resolved: str, found: re.Match[str], edge: str) -> str:
    """Rules N1 and N2: between two of one direction as these, else as the line."""
    before = "L" if resolved[found.start() - 1] == "L" else "R"
    after = "L" if resolved[found.end()] == "L" else "R"
    return (before if before == after else edge) * len(found[0])


def _settled_ends(classes: str, levels: str, base: Direction) -> str:
    """Rule L1: white space at the end of the line runs as the line does."""
    if classes[-1:] not in ("w", "b", "S") and "S" not in classes:
        return levels
    level = "1" if base is Direction.RTL else "0"
    settled = list(levels)
    for found in _END_OF_LINE.finditer(classes):
        settled[found.start() : found.end()] = level * (found.end() - found.start())
    return "".join(settled)


def visual_order(levels: list[int]) -> list[int]:
    """Indexes of runs from the left to the right (rule L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = max(end, start + 1)
    return order
