"""Damaged files and requests, thought of by hypothesis: a clear refusal or a result, never anything else.

``make test`` tries a few that are always the same; ``make fuzz`` (``FUZZ_EXAMPLES``, ``FUZZ_SECONDS``) many
that are new each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
IS_LONG = EXAMPLES > 0


def few(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try so many in ``make test``, or as many as ``make fuzz`` asks for."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def damaged(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """One of some valid files with bytes changed, cut out, repeated, or swapped with another's."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(1, 64))
        match draw(st.sampled_from(("change", "flip", "cut", "repeat", "insert", "number", "end"))):
            case "change":
                data[at : at + length] = draw(st.binary(min_size=1, max_size=length))
            case "flip" if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at : at + length]
            case "repeat":
                data[at:at] = data[at : at + length] * draw(st.integers(1, 200))
            case "insert":
                other = draw(st.sampled_from(originals))
                data[at:at] = other[at % len(other) :][:length]
            case "number":
                big = draw(st.sampled_from((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 60_000)))
                data[at : at + 4] = big.to_bytes(4, draw(st.sampled_from(("big", "little"))))
            case "end":
                del data[at:]
    return bytes(data)
