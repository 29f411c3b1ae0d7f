"""Measures blanks, fills and sheets, and what known libraries take for the same work in the same run.

    make bench-pdf

Every call fills in other values, the contenders take turns, and words measured before are forgotten
between calls; so neither a cache nor a busy moment flatters anybody.  Only the ratios are worth quoting.
"""

from __future__ import annotations

import gc
import io
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import arabic_reshaper
import pymupdf
import pypdf
from bidi import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.placement import PAGE_HEIGHT_MM, WidgetKind
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.material import TUNING
from forms_service.render import form_template, text_operators, typography
from forms_service.render.artwork import POINT_MM, Line, Panel, Pattern, Words
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import PrintedForm, lay_out
from forms_service.render.typography import BOLD, REGULAR
from forms_service.spec_catalogue import SpecCatalogue

FORM, SHORT_FORM = "311-1-14", "310-1-32"
FIELDS = 58
ROUNDS = 15
UNCOUNTED = 3
COLD_ROUNDS = 5
SHEETS = (100, 1000, 3000)
PAGE_HEIGHT_PT = PAGE_HEIGHT_MM / POINT_MM

Values = Mapping[str, str]


@dataclass(frozen=True)
class Contender:
    """Somebody who does the work, and what he leaves out of it."""

    name: str
    work: Callable[[int], bytes]
    leaves_out: str = ""


# --- the work -------------------------------------------------------------------------------------


def enlarged(spec: FormSpec, count: int) -> FormSpec:
    """The form with rows of its own asked a second time, until it has so many boxes to write in."""
    missing = count - sum(map(is_written, spec.printed_fields()))
    rows = []
    for section in spec.sections:
        for row in section.rows:
            fields = tuple(second(field) for field in row) if isinstance(row, tuple) else ()
            written = sum(map(is_written, fields))
            if written == len(fields) > 0 and written <= missing:
                rows.append(fields)
                missing -= written
    (place,) = (number for number, one in enumerate(spec.sections) if one.id == "guardian")
    extra = replace(spec.sections[place], id="second", rows=tuple(rows))
    sections = (*spec.sections[: place + 1], extra, *spec.sections[place + 1 :])
    return replace(spec, id=f"{spec.id}-L", sections=sections)


def second(field: FieldSpec) -> FieldSpec:
    """The same question under another name."""
    twin = f"second.{field.twin}" if field.twin else None
    return replace(field, id=f"second.{field.id}", twin=twin, required=False, when=None)


def is_written(field: FieldSpec) -> bool:
    """Whether it is a box that text is written in."""
    return kind_of(field).widget in (WidgetKind.TEXT, WidgetKind.COMB)


def people(spec: FormSpec, count: int) -> list[Values]:
    """Invented answers to every box, other ones for everybody, as they stand on paper."""
    layout = lay_out(spec).layout
    fields = [field for field in spec.printed_fields() if is_written(field)]
    found: list[Values] = []
    for number in range(count):
        rng = random.Random(number)
        answers: dict[str, str] = {}
        while len(answers) < len(fields):
            for name, value in invent_answers(spec, layout, TUNING, rng).items():
                field = spec.field(name)
                if value is not None and is_written(field):
                    answers.setdefault(name, kind_of(field).to_paper(value, field))
        found.append(answers)
    return found


def fillers(spec: FormSpec, blank: bytes, typed: list[Values], parsed: list[dict]) -> list[Contender]:
    """Everybody fills the same blank with the same values and gives a finished file."""

    def with_pypdf(number: int) -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
        for page in writer.pages:
            writer.update_page_form_field_values(page, dict(typed[number]), auto_regenerate=False)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def with_pymupdf(number: int) -> bytes:
        with pymupdf.open(stream=blank, filetype="pdf") as document:
            for page in document:
                for widget in page.widgets():
                    if widget.field_name in typed[number]:
                        widget.field_value = typed[number][widget.field_name]
                        widget.update()
            return document.tobytes()

    return [
        Contender("forms-service", lambda number: render_filled(spec, parsed[number])),
        Contender(
            "forms-service, flattened and tagged",
            lambda number: render_filled(spec, parsed[number], flatten=True),
        ),
        Contender("pypdf update_page_form_field_values", with_pypdf, "mixed lines in disorder"),
        Contender("PyMuPDF widget.update", with_pymupdf, "mixed lines in disorder, Arabic cut off below"),
    ]


def drawers(form: PrintedForm) -> list[Contender]:
    """Everybody draws the blank whose places are known, fonts loaded."""
    pdfmetrics.registerFont(TTFont("Forms", str(REGULAR)))
    pdfmetrics.registerFont(TTFont("Forms-Bold", str(BOLD)))

    def ours(_: int) -> bytes:
        form_template._templates.clear()
        return form_template.template_for(form, fillable=True).file.data

    return [
        Contender("forms-service", ours),
        Contender(
            "reportlab with acroForm",
            lambda _: drawn_with_reportlab(form),
            "no tags, no kerning, no combs, no radio groups",
        ),
    ]


def drawn_with_reportlab(form: PrintedForm) -> bytes:
    """Words, strokes, panels, codes and boxes at the same places; Arabic joined and ordered beforehand."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(210 / POINT_MM, PAGE_HEIGHT_PT))
    for page, pieces in enumerate(form.artwork, start=1):
        for piece in [*pieces, *form.identity_artwork(page, "")]:
            draw_piece(canvas, piece)
        for place in form.by_page[page - 1]:
            box = {"x": place.box.x / POINT_MM, "y": PAGE_HEIGHT_PT - place.box.bottom / POINT_MM}
            name = f"{place.field_id}={place.choice}" if place.choice else place.field_id
            if place.widget is WidgetKind.TICK:
                canvas.acroForm.checkbox(name=name, size=place.box.height / POINT_MM, borderWidth=0, **box)
            elif place.widget is not WidgetKind.SIGNATURE:
                size = {"width": place.box.width / POINT_MM, "height": place.box.height / POINT_MM}
                canvas.acroForm.textfield(name=name, borderWidth=0, fontSize=10, **box, **size)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw_piece(canvas: Canvas, piece: object) -> None:
    """One piece of artwork, its ink always black."""
    if isinstance(piece, Words):
        canvas.setFont("Forms-Bold" if piece.bold else "Forms", piece.size_pt)
        words = get_display(arabic_reshaper.reshape(piece.text)) if piece.direction == "rtl" else piece.text
        canvas.drawString(piece.left / POINT_MM, PAGE_HEIGHT_PT - piece.baseline / POINT_MM, words)
    elif isinstance(piece, Line):
        canvas.setLineWidth(piece.width / POINT_MM)
        y1, y2 = (PAGE_HEIGHT_PT - y / POINT_MM for y in (piece.y1, piece.y2))
        canvas.line(piece.x1 / POINT_MM, y1, piece.x2 / POINT_MM, y2)
    elif isinstance(piece, Panel):
        left, bottom = piece.box.x / POINT_MM, PAGE_HEIGHT_PT - piece.box.bottom / POINT_MM
        size = piece.box.width / POINT_MM, piece.box.height / POINT_MM
        canvas.rect(left, bottom, *size, stroke=piece.stroke is not None, fill=piece.fill is not None)
    elif isinstance(piece, Pattern):
        draw_pattern(canvas, piece)


def draw_pattern(canvas: Canvas, pattern: Pattern) -> None:
    """Its dark cells, one by one."""
    left, top = pattern.box.x / POINT_MM, PAGE_HEIGHT_PT - pattern.box.y / POINT_MM
    cell = pattern.box.width / POINT_MM / len(pattern.rows)
    path = canvas.beginPath()
    for number, row in enumerate(pattern.rows):
        for column, is_dark in enumerate(row):
            if is_dark:
                path.rect(left + column * cell, top - (number + 1) * cell, cell, cell)
    canvas.drawPath(path, stroke=0, fill=1)


class Measured(NamedTuple):
    """Processor time, the time that passed meanwhile, and the size of the file in bytes."""

    milliseconds: float
    passed: float
    size: int


# --- measuring ------------------------------------------------------------------------------------


def taking_turns(contenders: list[Contender], rounds: int = ROUNDS) -> dict[str, Measured]:
    """Median milliseconds and size of everybody's file.

    All work in one thread: on an idle machine this is the time that passes, on a busy one it still holds.
    Whoever's turn it is makes a few calls that do not count, for the one before has left the processor's
    caches full of his own.
    """
    times: dict[str, list[float]] = {one.name: [] for one in contenders}
    passed: dict[str, list[float]] = {one.name: [] for one in contenders}
    sizes = {one.name: len(one.work(0)) for one in contenders}
    for number in range(1, rounds + 1):
        for one in contenders:
            gc.collect()
            for earlier in range(UNCOUNTED):
                one.work((number + earlier) % rounds)
            forget_words()
            start, at = time.process_time(), time.perf_counter()
            one.work(number)
            times[one.name].append((time.process_time() - start) * 1000)
            passed[one.name].append((time.perf_counter() - at) * 1000)
    return {
        name: Measured(statistics.median(taken), statistics.median(passed[name]), sizes[name])
        for name, taken in times.items()
    }


def forget_words() -> None:
    """Empty what laying a form out keeps of words, lest an answer meets its own words there."""
    typography._width_units.cache_clear()
    typography._measured_words.cache_clear()
    text_operators._pieces_of_run.cache_clear()


def told(title: str, contenders: list[Contender], rows: dict[str, Measured]) -> None:
    """Print one table; ratios are to the first line."""
    print(title)
    first = rows[contenders[0].name].milliseconds
    for one in contenders:
        milliseconds, passed, size = rows[one.name]
        ratio = "" if one is contenders[0] else f"{milliseconds / first:>7.1f}x"
        print(
            f"  {one.name:<38}{milliseconds:>9.2f} ms{size / 1024:>7.0f} KB{ratio:>9}"
            f"{passed:>9.2f} ms passed  {one.leaves_out}"
        )


_COLD = """
import time
began = time.process_time()
from forms_service.render.form_pdf import render_blank
from forms_service.spec_catalogue import SpecCatalogue
spec = SpecCatalogue.load().get({form!r})
start, at = time.process_time(), time.perf_counter()
pdf = render_blank(spec)
taken, passed = time.process_time() - start, time.perf_counter() - at
print(taken * 1000, passed * 1000, (time.process_time() - began) * 1000, len(pdf))
"""

_SHEETS = """
import random, time
from core.receipt import new_references
from forms_service.render.blank_sheets import stream_blanks
from forms_service.spec_catalogue import SpecCatalogue
spec = SpecCatalogue.load().get({form!r})
start, at = time.process_time(), time.perf_counter()
size = sum(map(len, stream_blanks(spec, new_references(random.Random(1).randrange, {copies}))))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - start, time.perf_counter() - at, size, peak.split()[1])
"""


def in_a_new_process(program: str, **given: object) -> list[float]:
    """The numbers that a program prints."""
    run = subprocess.run(
        [sys.executable, "-c", program.format(**given)], capture_output=True, text=True, check=True
    )
    return [float(one) for one in run.stdout.split()]


def tell_cold() -> None:
    """The first blank of a process, with nothing laid out, drawn, loaded or kept before."""
    print("first blank of a new process: places, typeface and file from nothing")
    for form in (FORM, SHORT_FORM):
        runs = [in_a_new_process(_COLD, form=form) for _ in range(COLD_ROUNDS)]
        blank, passed, with_imports, size = (statistics.median(one) for one in zip(*runs, strict=True))
        print(
            f"  {form:<38}{blank:>9.1f} ms{size / 1024:>7.0f} KB  {passed:>6.0f} ms passed"
            f"  {with_imports:.0f} ms with imports and the reading of all specs"
        )


def tell_sheets() -> None:
    """Blanks with references of their own, written as they are made."""
    for form, pages in ((SHORT_FORM, "two"), (FORM, "three")):
        print(f"sheets of {form}, {pages} pages each, every copy with its own reference")
        for copies in SHEETS:
            seconds, passed, size, peak_kb = in_a_new_process(_SHEETS, form=form, copies=copies)
            print(
                f"  {copies:>5} copies{seconds:>35.2f} s {size / 2**20:>7.1f} MB  {passed:>6.2f} s passed"
                f"     {peak_kb / 1024:.0f} MB at most"
            )


def main() -> None:
    """Print the tables and, last, the line that checks read."""
    spec = enlarged(SpecCatalogue.load().get(FORM), FIELDS)
    blank = render_blank(spec)
    typed = people(spec, ROUNDS + 1)
    parsed = [
        {name: kind_of(spec.field(name)).parse(text, spec.field(name)) for name, text in one.items()}
        for one in typed
    ]
    filling = fillers(spec, blank, typed, parsed)
    rows = taking_turns(filling)
    assert len(typed[0]) == FIELDS
    told(f"fill {FIELDS} boxes of {FORM}, {FIELDS} other values each time", filling, rows)
    drawing = drawers(lay_out(SpecCatalogue.load().get(FORM)))
    told(f"draw the blank {FORM}, every place known", drawing, taking_turns(drawing))
    tell_cold()
    tell_sheets()
    ours, theirs = (rows[filling[number].name].milliseconds for number in (0, 2))
    print(f"fill: {ours:.1f} ms, {theirs / ours:.0f}x pypdf")


if __name__ == "__main__":
    main()
