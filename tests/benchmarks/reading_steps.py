"""Times the steps of reading a page: each moment counts for the innermost step that is under way."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forms_service.ocr import arabic_reader, field_reader, page_location, signature_zones

STEPS: dict[str, tuple[Callable, ...]] = {
    "identify and lay": (page_location.identify, page_location.lay_flat),
    "combs": (field_reader._comb,),
    "ticks and signatures": (field_reader._ticks, signature_zones.read_signature),
    "Arabic lines": (
        *(arabic_reader.own_reading, arabic_reader.read_arabic, arabic_reader.confirmed_arabic),
        arabic_reader.arabic_by_tesseract,
    ),
    "Latin lines": (field_reader._text, field_reader._twins),
}
REST = "everything else"


class Stopwatch:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._under_way = [REST]
        self._since = time.perf_counter()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._under_way[-1]] += now - self._since
        self._since = now

    def timed(self, step: str, function: Callable) -> Callable:
        """The function, its time counted for a step."""

        def counted(*given, **named):
            self._turn()
            self._under_way.append(step)
            try:
                return function(*given, **named)
            finally:
                self._turn()
                self._under_way.pop()

        return counted

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count while the block runs."""
        self._since = time.perf_counter()
        yield
        self._turn()


@contextmanager
def watched() -> Iterator[Stopwatch]:
    """Put a stopwatch into every module that calls one of the steps."""
    stopwatch = Stopwatch()
    replaced = []
    for step, functions in STEPS.items():
        for function in functions:
            counted = stopwatch.timed(step, function)
            for module in [one for name, one in sys.modules.items() if name.startswith("forms_service.ocr")]:
                for name, held in list(vars(module).items()):
                    if held is function:
                        setattr(module, name, counted)
                        replaced.append((module, name, function))
    try:
        yield stopwatch
    finally:
        for module, name, function in replaced:
            setattr(module, name, function)
