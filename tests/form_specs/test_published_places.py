"""Paper that is out must still be found: published places agree with what the code computes today."""

from __future__ import annotations

import json
from dataclasses import replace

from core.form_spec import Section
from forms_service.published_places import lock_places, places_file, places_of, same_places
from forms_service.render.layout import VARIANTS, lay_out
from forms_service.spec_catalogue import SpecCatalogue, default_directory

CATALOGUE = SpecCatalogue.load()


def test_no_box_of_a_published_form_has_moved() -> None:
    moved = []
    for form_id, version in sorted(CATALOGUE.specs):
        spec = CATALOGUE.get(form_id, version)
        for variant in VARIANTS:
            kept = places_file(spec, default_directory(), variant)
            if not kept.exists():
                continue  # told by the next test
            published = json.loads(kept.read_text(encoding="utf-8"))
            if not published or not same_places(published, places_of(lay_out(spec, variant).layout)):
                moved.append(f"{form_id}/{kept.name}")
    assert moved == [], "paper that is out is not found any more; was it never out, delete these and publish"


def test_every_form_on_offer_has_its_places_locked() -> None:
    missing = [
        form_id
        for (form_id, _), spec in CATALOGUE.specs.items()
        for variant in VARIANTS
        if not places_file(spec, default_directory(), variant).exists()
    ]
    assert missing == [], "run: forms-service specs publish FORM"


def test_a_moved_box_is_noticed_and_the_published_places_are_kept(tmp_path) -> None:
    spec = CATALOGUE.get("310-1-32")
    (tmp_path / spec.id).mkdir()
    locked = lock_places(spec, tmp_path)
    assert [path.name for path, _ in locked] == ["v1.placements.json", "v1.large.placements.json"]
    kept = [path.read_bytes() for path, _ in locked]
    assert all(agrees for _, agrees in locked)

    def taller(section: Section) -> Section:
        rows = tuple(
            tuple(replace(one, lines=3) for one in row) if isinstance(row, tuple) else row
            for row in section.rows
        )
        return replace(section, rows=rows)

    other = replace(spec, sections=tuple(taller(section) for section in spec.sections))
    assert [agrees for _, agrees in lock_places(other, tmp_path)] == [False, False]
    assert [path.read_bytes() for path, _ in locked] == kept
