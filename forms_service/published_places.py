"""Keeps the places of published forms: paper that is already out must still be found by the reader.

See ``docs/decisions/0003-geometry-from-the-spec-alone.md``.
"""

from __future__ import annotations

import json
from pathlib import Path

from core.form_spec import FormSpec
from core.placement import FormLayout
from forms_service.render.layout import VARIANTS, lay_out
from forms_service.render.paper_grid import LARGE

_TOLERANCE_MM = 0.02


def lock_places(spec: FormSpec, directory: Path) -> list[tuple[Path, bool]]:
    """Write the places of every print of ``spec`` beside it, or compare them with those already there.

    Returns:
        Each file, and whether it agrees with what the code computes today.
    """
    return [_lock(spec, variant, directory) for variant in VARIANTS]


def _lock(spec: FormSpec, variant: str, directory: Path) -> tuple[Path, bool]:
    path = places_file(spec, directory, variant)
    today = places_of(lay_out(spec, variant).layout)
    if not path.exists():
        lines = ",\n ".join(json.dumps(place, ensure_ascii=False) for place in today)
        path.write_text(f"[{lines}]\n", encoding="utf-8")
        return path, True
    return path, same_places(json.loads(path.read_text(encoding="utf-8")), today)


def places_file(spec: FormSpec, directory: Path, variant: str = "") -> Path:
    """Where the places of a version are kept, those of each print apart."""
    name = {"": "", LARGE: ".large"}.get(variant, f".{variant.lower()}")
    return directory / spec.id / f"v{spec.version}{name}.placements.json"


def places_of(layout: FormLayout) -> list[list[object]]:
    """Field, choice, page, box in millimetres and cells of every placement."""
    return [[p.field_id, p.choice, p.page, p.box.as_list(), p.comb] for p in layout.placements]


def same_places(published: list[list[object]], today: list[list[object]]) -> bool:
    """Whether two lists of places are the same to a fiftieth of a millimetre."""
    if len(published) != len(today):
        return False
    for before, now in zip(published, today, strict=True):
        boxes = (before.pop(3), now.pop(3))
        apart = [abs(a - b) for a, b in zip(*boxes, strict=True)]  # type: ignore[call-overload]
        if before != now or max(apart) > _TOLERANCE_MM:
            return False
    return True
