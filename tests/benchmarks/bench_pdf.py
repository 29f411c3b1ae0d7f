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


def median_ms(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Median time of one call in milliseconds, after one call to warm up; told the number of the call."""
    work(0)
    times = []
    for number in range(1, rounds + 1):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> None:
    """Print the table and, last, the line that checks read.

    Every call fills in other values, so that no cache of shaped words flatters the figure.
    """
    spec = SpecCatalogue.load().get(FORM)
    layout = lay_out(spec).layout
    people = [invent_answers(spec, layout, TUNING, random.Random(seed)) for seed in range(ROUNDS + 1)]
    typed = [
        {
            one.id: kind_of(one).to_paper(answers[one.id], one)
            for one in spec.printed_fields()
            if answers.get(one.id) is not None and kind_of(one).widget in (WidgetKind.TEXT, WidgetKind.COMB)
        }
        for answers in people
    ]
    blank = render_blank(spec)

    def with_pypdf(number: int) -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
        for page in writer.pages:
            writer.update_page_form_field_values(page, typed[number], auto_regenerate=False)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    work: dict[str, Callable[[int], bytes]] = {
        "fill": lambda number: render_filled(spec, people[number]),
        "fill, flattened": lambda number: render_filled(spec, people[number], flatten=True),
        "pypdf update_page_form_field_values": with_pypdf,
    }
    rows = {name: (median_ms(call), len(call(0))) for name, call in work.items()}
    print(f"{FORM}, {layout.pages} pages, about {len(typed[0])} text fields, other values each time")
    for name, (milliseconds, size) in rows.items():
        print(f"  {name:<38}{milliseconds:>9.1f} ms{size / 1024:>9.0f} KB")
    ratio = rows["pypdf update_page_form_field_values"][0] / rows["fill"][0]
    print(f"fill: {rows['fill'][0]:.1f} ms, {ratio:.0f}x pypdf")


if __name__ == "__main__":
    main()
