"""Measures blanks and fills, and pypdf's own filler on the same file in the same run.

    make bench-pdf

The values, the form and the machine are the same for both; only the ratio is worth quoting.
"""

from __future__ import annotations

import io
import random
import statistics
import time
from collections.abc import Callable

import pypdf

from core.field_kinds import kind_of
from core.placement import WidgetKind
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.material import TUNING
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORM = "311-1-14"
ROUNDS = 15


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median time of one call in milliseconds, after one call to warm up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> None:
    """Print the table and, last, the line that checks read."""
    spec = SpecCatalogue.load().get(FORM)
    layout = lay_out(spec).layout
    answers = invent_answers(spec, layout, TUNING, random.Random(7))
    texts = {
        one.id: kind_of(one).to_paper(answers[one.id], one)
        for one in spec.printed_fields()
        if answers.get(one.id) is not None and kind_of(one).widget in (WidgetKind.TEXT, WidgetKind.COMB)
    }
    blank = render_blank(spec)

    def with_pypdf() -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
        for page in writer.pages:
            writer.update_page_form_field_values(page, texts, auto_regenerate=False)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    rows = {
        "blank": (median_ms(lambda: render_blank(spec)), len(blank)),
        "fill": (median_ms(lambda: render_filled(spec, answers)), len(render_filled(spec, answers))),
        "fill, flattened": (
            median_ms(lambda: render_filled(spec, answers, flatten=True)),
            len(render_filled(spec, answers, flatten=True)),
        ),
        "pypdf update_page_form_field_values": (median_ms(with_pypdf, 5), len(with_pypdf())),
    }
    print(f"{FORM}, {layout.pages} pages, {len(texts)} text fields, warm")
    for name, (milliseconds, size) in rows.items():
        print(f"  {name:<38}{milliseconds:>9.1f} ms{size / 1024:>9.0f} KB")
    ratio = rows["pypdf update_page_form_field_values"][0] / rows["fill"][0]
    print(f"fill: {rows['fill'][0]:.1f} ms, {ratio:.0f}x pypdf")


if __name__ == "__main__":
    main()
