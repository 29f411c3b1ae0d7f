"""Spoils pages by chance: random strengths and random pairs, so that no fixed damage can be tuned to.

``degradations`` lists damage at fixed strengths, and readers were worked on with all of it in view.
Final figures come from damage drawn here instead: a copy suffers one kind or two at once, each as mild
or as strong as chance will have it.  The same seed and copy always draw the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from forms_service.rehearsal.degradations import Degradation
from forms_service.rehearsal.paper_damage import bleed_through, highlighter, signature, stamp, torn_corners

PAIR_SHARE = 0.5
_JOINED = " + "

_TORN = tuple(torn_corners(count) for count in (1, 2, 3))

_Draw = Callable[[np.random.Generator], dict[str, Any]]


def _between(name: str, low: float, high: float) -> _Draw:
    return lambda rng: {name: float(rng.uniform(low, high))}


def _phone(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "perspective": float(rng.uniform(0.015, 0.06)),
        "skew_deg": float(rng.uniform(1, 6)),
        "blur_mm": float(rng.uniform(0.03, 0.09)),
        "noise": float(rng.uniform(3, 8)),
        "jpeg": int(rng.integers(50, 76)),
        "shadow": float(rng.uniform(0.15, 0.4)),
    }


def _fax(rng: np.random.Generator) -> dict[str, Any]:
    return {"dpi": int(rng.integers(185, 211)), "noise": float(rng.uniform(5, 14)), "fax": True}


def _moved(rng: np.random.Generator) -> dict[str, Any]:
    stretched = (float(rng.uniform(0.99, 1.015)), float(rng.uniform(0.99, 1.015)))
    shifted = (float(rng.uniform(-3, 3)), float(rng.uniform(-3, 3)))
    return {"stretched": stretched, "shifted_mm": shifted}


SCANNED: Mapping[str, _Draw] = {
    "skewed": _between("skew_deg", 2.0, 8.0),
    "turned": lambda rng: {"turns": True, "skew_deg": float(rng.uniform(0, 3))},
    "compressed": lambda rng: {"jpeg": int(rng.integers(25, 56))},
    "blurred": _between("blur_mm", 0.06, 0.16),
    "noisy": _between("noise", 8.0, 24.0),
    "shadow": _between("shadow", 0.2, 0.5),
    "coarse": lambda rng: {"dpi": int(rng.integers(130, 181))},
    "phone photo": _phone,
    "fax": _fax,
    "printed smaller": _between("printed_share", 0.93, 0.985),
    "copied": lambda rng: {"copied_at": int(rng.integers(115, 206))},
    "copied askew": _moved,
}
"""What printers, copiers, scanners and telephones do: the sheet itself is whole."""

HANDLED: Mapping[str, _Draw] = {
    "stamped": lambda _rng: {"damage": (stamp,)},
    "signed across": lambda _rng: {"damage": (signature,)},
    "highlighted": lambda _rng: {"damage": (highlighter,)},
    "bleed-through": lambda _rng: {"damage": (bleed_through,)},
    "torn corners": lambda rng: {"damage": (rng.choice(_TORN),)},
    "folded": lambda _rng: {"creased": True},
}
"""What hands do to the sheet; where a stamp hides an answer, nobody can read it."""

_KINDS: Mapping[str, _Draw] = {**SCANNED, **HANDLED}


def drawn_degradation(seed: int, copy: int) -> Degradation:
    """The damage of one copy; its name tells the kind, or the two kinds."""
    rng = np.random.default_rng([seed, copy])
    count = 2 if rng.random() < PAIR_SHARE else 1
    kinds = sorted(str(name) for name in rng.choice(list(_KINDS), count, replace=False))
    how: dict[str, Any] = {
        "dpi": int(rng.integers(190, 331)),
        "skew_deg": float(rng.uniform(0, 1.5)),
        "jpeg": int(rng.integers(70, 93)),
    }
    for kind in kinds:
        how = _worse(how, _KINDS[kind](rng))
    return Degradation(_JOINED.join(kinds), **how)


def kinds_in(name: str) -> tuple[str, ...]:
    """The kinds of damage that a drawn degradation's name tells."""
    return tuple(name.split(_JOINED))


def _worse(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both at once: of one property the stronger, of damage to the sheet the one after the other."""
    lesser_is_worse = {"dpi", "jpeg", "printed_share"}
    both = dict(one)
    for name, value in other.items():
        if name not in one:
            both[name] = value
        elif name == "damage":
            both[name] = one[name] + value
        else:
            both[name] = min(one[name], value) if name in lesser_is_worse else max(one[name], value)
    return both
