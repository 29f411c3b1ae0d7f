"""Draws the pictures of docs/spec-language.md from the very snippets that stand in it.

    python scripts/spec_language_pictures.py [NAME …]

A comment before a snippet says what to draw and how: ``<!-- picture: {name: …, of: […], view: …} -->``.
Paper is drawn by the printer; what has no ink is photographed from the preview or a small page in a
real browser (Debian's Chromium).
"""

from __future__ import annotations

import hashlib
import html
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import yaml
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from core.completeness import assess_completeness
from core.deposit import applicant_name, applicant_of
from core.document_types import DocumentTypes, parse_document_types
from core.dossier import dossier_from_answers
from core.field_kinds import kind_of
from core.flow_engine import Position, flow_scope
from core.flow_words import FlowWords
from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.registers import with_records
from core.scope import build_scope
from core.spec_parser import parse_spec
from forms_service.flow_diagram import draw
from forms_service.previewing import small_png
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import lay_out
from forms_service.render.outcome_paper import render_outcome
from forms_service.render.page_furniture import FIRST_BODY_TOP
from forms_service.render.paper_grid import BODY_BOTTOM
from forms_service.services.outcome_content import content_of
from forms_service.spec_catalogue import default_directory, load_document_types
from forms_service.web.spec_preview import preview_page

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "spec-language.md"
PICTURES = ROOT / "docs" / "pictures" / "spec-language"
EXAMPLE = ROOT / "tests" / "third_form" / "leave-1" / "v1.yaml"
STYLE = ROOT / "forms_service" / "web" / "static" / "style.css"
MOST_BYTES = 25_000

_SNIPPET = re.compile(r"<!-- picture: (\{.*?\}) -->\n```yaml\n(.*?)```\n", re.S)
_TOP_KEY = re.compile(r"^(?=[a-z_]+:)", re.M)
_DPI = 110
_MARGIN_PX = 6
_OVER_BODY_MM = 1.0
"""Tall letters and the office's shade rise a little over the body."""

_SCREEN_PX = 860
_HEAD = """\
language: 1
id: exemple-1
version: 1
title: {fr: Exemple, ar: مثال}
reference_label: {fr: "Réf. : exemple-1", ar: "المرجع رقم: exemple-1"}
receipt_type: {fr: Exemple, ar: مثال}
"""
_UNPRINTED = """\
  - id: unprinted_part
    rows:
      - - {id: unprinted, kind: text, printed: false, label: {fr: Demandeur, ar: صاحب الطلب}}
"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One example of the document: the constructs it shows, how it is shown, its YAML."""

    name: str
    constructs: tuple[str, ...]
    view: str
    options: dict[str, Any]
    text: str

    @property
    def digest(self) -> str:
        """Changes whenever the snippet or the way it is shown does; every picture carries it."""
        return hashlib.sha256(repr((self.view, self.options, self.text)).encode()).hexdigest()[:16]

    @property
    def is_form(self) -> bool:
        """Whether it is part of a form, and not of ``document_types.yaml``."""
        return self.view != "types"


def snippets(document: Path = DOCUMENT) -> list[Snippet]:
    """Every snippet of the document that has a picture, in order."""
    found = []
    for comment, text in _SNIPPET.findall(document.read_text(encoding="utf-8")):
        options = yaml.safe_load(comment)
        name, constructs, view = (options.pop(key) for key in ("name", "of", "view"))
        found.append(Snippet(name, tuple(constructs), view, options, text))
    return found


def whole_spec(snippet: Snippet) -> str:
    """The snippet as a form: a row of fields gets a section, a part takes its place in the example."""
    text = snippet.text
    if text.startswith("- "):
        first, *others = text.rstrip("\n").split("\n")
        lines = [f"      - {first}", *(f"        {line}" for line in others)]
        title = "    title: {fr: Exemple, ar: مثال}\n" if snippet.view == "questions" else ""
        text = f"sections:\n  - id: part\n{title}    rows:\n" + "\n".join(lines) + "\n"
    keys = set(yaml.safe_load(text))
    base = _HEAD if "sections" in keys else EXAMPLE.read_text(encoding="utf-8")
    if "sections" in keys and "applicant" not in keys:
        field_id = re.search(r"\bid: ([\w.]+), kind|\bid: ([\w.]+)\n\s+kind", text)
        if field_id is None:  # a form needs somebody who asks; this one prints nothing of him
            text += _UNPRINTED
        chosen = (field_id[1] or field_id[2]) if field_id else "unprinted"
        base += f"applicant: {{name: [{chosen}], registration: {chosen}}}\n"
    kept = [part for part in _TOP_KEY.split(base) if part.partition(":")[0] not in keys]
    return "".join(part if part.endswith("\n") else part + "\n" for part in kept) + text


def spec_of(snippet: Snippet) -> FormSpec:
    """The snippet as a parsed form."""
    spec = parse_spec(whole_spec(snippet), f"{snippet.name}.yaml", types().types)
    held = snippet.options.get("held")
    return with_records(spec, held) if held else spec


@cache
def types() -> DocumentTypes:
    """The kinds of attachment of the service."""
    return load_document_types(default_directory())


# --- paper -----------------------------------------------------------------------------------------


def paper(snippet: Snippet, *, filled: bool = False) -> Iterator[tuple[str, Image.Image]]:
    """The body of the first page, cut to its ink."""
    spec = spec_of(snippet)
    yield snippet.name, _to_ink(_body(_pages(spec, _samples(spec) if filled else {})[0]))


def head(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The head of the first page."""
    page = _pages(spec_of(snippet))[0]
    yield snippet.name, _to_ink(page.crop((0, 0, page.width, _px(FIRST_BODY_TOP))))


def pages(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """Every page, small, side by side."""
    every = [page.resize((260, round(260 * page.height / page.width))) for page in _pages(spec_of(snippet))]
    gap = 16
    sheet = Image.new("RGB", (len(every) * (260 + gap) + gap, every[0].height + 2 * gap), (214, 214, 214))
    for number, page in enumerate(every):
        sheet.paste(page, (gap + number * (260 + gap), gap))
    yield snippet.name, sheet


def kinds(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """Each field of the snippet with an answer, alone."""
    for item in re.split(r"^(?=- )", snippet.text, flags=re.M):
        if not item.strip():
            continue
        kind = re.search(r"kind: (\w+)", item)
        assert kind, item
        wide = kind[1] in ("choice", "choices", "declaration", "signature", "rib")
        beside = "" if wide else "- {id: beside, kind: text, label: {fr: '…', ar: '…'}, max_length: 20}\n"
        alone = Snippet(f"kind-{kind[1]}", ("field",), "filled", {}, item + beside)
        spec = spec_of(alone)
        page = _pages(spec, {k: v for k, v in _samples(spec).items() if k != "beside"})[0]
        body = _body(page)
        if not wide:
            beside_box = lay_out(spec).layout.of_field("beside")[0].frame
            assert beside_box
            body = body.crop((0, 0, _px(beside_box.x - 1.4), body.height))
        yield alone.name, _to_ink(body)


def _pages(spec: FormSpec, answers: dict[str, Any] | None = None) -> list[Image.Image]:
    pdf = render_filled(spec, answers, flatten=True) if answers else render_blank(spec)
    return [page.render(scale=_DPI / 72).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(pdf)]


def _samples(spec: FormSpec) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for one in spec.printed_fields():
        if one.kind == "choice":
            answers[one.id] = one.choices[0].value
        elif one.kind == "choices":
            answers[one.id] = [choice.value for choice in one.choices]
        elif not (one.kind == "text" and one.comb):
            answers[one.id] = kind_of(one).sample
    return answers


def _px(length_mm: float) -> int:
    return round(length_mm / 25.4 * _DPI)


def _body(page: Image.Image) -> Image.Image:
    return page.crop((0, _px(FIRST_BODY_TOP - _OVER_BODY_MM), page.width, _px(BODY_BOTTOM)))


def _to_ink(image: Image.Image) -> Image.Image:
    ink = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    assert ink, "nothing was drawn"
    left, top, right, bottom = ink
    return image.crop(
        (
            max(0, left - _MARGIN_PX),
            max(0, top - _MARGIN_PX),
            min(image.width, right + _MARGIN_PX),
            min(image.height, bottom + _MARGIN_PX),
        )
    )


# --- screen ----------------------------------------------------------------------------------------


def questions(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The questions of a part, as the preview shows them."""
    part = snippet.options.get("part", "part")
    yield snippet.name, _photograph(_preview(snippet), f'[aria-labelledby="part-{part}"]')


def documents(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The demands, as the preview shows them."""
    yield snippet.name, _photograph(_preview(snippet), "#documents + .card")


def _preview(snippet: Snippet) -> str:
    spec = spec_of(snippet)
    return preview_page(spec, (), snippet.text, (), types())


def findings(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """What the judgement of a dossier says of the snippet's own rules."""
    report = _report(snippet)
    own = {one["id"] for key in ("rules", "deadlines") for one in yaml.safe_load(snippet.text).get(key, ())}
    said = [one for one in report.findings if one.rule.split()[0].rstrip(",") in own or one.rule in own]
    assert said, [one.rule for one in report.findings]
    boxes = [
        f'<div class="notice {"problem" if one.severity == "error" else "warn"}">{_both(one.message)}</div>'
        for one in said
    ]
    yield snippet.name, _small_page(boxes)


def amounts(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The results with their formulas."""
    report, spec = _report(snippet), spec_of(snippet)
    rows = []
    for one in spec.calculations:
        result: Any = report.amounts[one.id]
        rows.append(
            f'<div class="card">{_both(one.label, "strong")}'
            f'<p class="amount" dir="ltr">{result["value"]} {html.escape(one.unit)}</p>'
            f'<p class="code small" dir="ltr">{html.escape(one.value.expression)}</p></div>'
        )
    yield snippet.name, _small_page(rows)


def tables(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The computed rows."""
    parts = []
    for one in _report(snippet).amounts["tables"]:
        heads = [LocalizedText(**column["label"]) for column in one["columns"]]
        cells = [[LocalizedText(str(cell), str(cell)) for cell in row.values()] for row in one["rows"]]
        parts.append(_table(heads, cells))
    yield snippet.name, _small_page(parts)


def course(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The course as its diagram."""
    flow = spec_of(snippet).flow
    assert flow
    yield snippet.name, Image.open(BytesIO(draw(flow, (Language.AR, Language.FR), "png"))).convert("RGB")


def outcome(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The first paper the course ends in, cut to its ink."""
    spec = spec_of(snippet)
    assert spec.flow
    given = {key: str(value) for key, value in snippet.options["answers"].items()}
    dossier = dossier_from_answers(spec, given).dossier
    scope = flow_scope(
        spec, spec.flow, build_scope(spec, dossier, date(2026, 3, 2)), Position(spec.flow.start)
    )
    answers = dossier.answers()
    more = {
        "applicant": applicant_name(applicant_of(spec, scope).name, answers),
        "reference": _same("K7QX-2M9P-4T"),
    }
    words = FlowWords(spec, spec.flow, scope, answers, more)
    pdf = render_outcome(content_of(spec.flow.papers[0], words))
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=_DPI / 72).to_pil().convert("RGB")
    yield snippet.name, _to_ink(page.crop((0, 0, page.width, _px(120.0))))


def _report(snippet: Snippet) -> Any:
    spec = spec_of(snippet)
    answers = {key: str(value) for key, value in snippet.options.get("answers", {}).items()}
    parsed = dossier_from_answers(spec, answers)
    assert not parsed.problems and not parsed.unknown, (parsed.problems, parsed.unknown)
    return assess_completeness(spec, parsed.dossier, snippet.options["day"])


def applicant(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """Who asks, case by case."""
    spec = spec_of(snippet)
    rows = []
    for case in snippet.options["cases"]:
        dossier = dossier_from_answers(spec, case).dossier
        who = applicant_of(spec, build_scope(spec, dossier, date(2026, 3, 1)))
        answers = dossier.answers()
        asked = next(one for one in spec.fields() if one.kind == "choice")
        chosen = next(one.label for one in asked.choices if one.value == answers[asked.id])
        number = LocalizedText(str(answers[who.registration]), str(answers[who.registration]))
        rows.append([chosen, applicant_name(who.name, answers), number])
    head_row = [
        LocalizedText("الحالة", "Cas"),
        LocalizedText("صاحب الطلب", "Demandeur"),
        LocalizedText("رقم التسجيل", "N°"),
    ]
    yield snippet.name, _small_page([_table(head_row, rows)])


def notice(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The notice of a check of the papers."""
    words = spec_of(snippet).physical_check_notice
    assert words
    yield snippet.name, _small_page([f'<div class="notice info">{_both(words)}</div>'])


def declarations(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """What is declared, and when."""
    boxes = [
        f'<div class="card">{_both(one.text)}<p class="code small" dir="ltr">'
        f"{html.escape(one.when.expression if one.when else '')}</p></div>"
        for one in spec_of(snippet).declarations
    ]
    yield snippet.name, _small_page(boxes)


def derived(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """Rows of a group with what was derived for each."""
    spec = spec_of(snippet)
    group = spec.groups[0]
    rows = [{key: value for key, value in row.items()} for row in snippet.options["rows"]]
    parsed = dossier_from_answers(spec, {}, groups={group.id: rows})
    assert not parsed.problems, parsed.problems
    scope = build_scope(spec, parsed.dossier, snippet.options["day"])
    head_row = [LocalizedText("", ""), *(one.label for one in group.fields)]
    head_row += [LocalizedText(name, name) for name, _ in group.derived]
    table = []
    for number, row in enumerate(scope.variables[group.id], 1):
        values = [row[one.id] for one in group.fields] + [row[name] for name, _ in group.derived]
        shown = [{True: "✓", False: "–"}.get(value, str(value)) for value in values]
        table.append([group.item_label.fill(n=number), *(LocalizedText(one, one) for one in shown)])
    yield snippet.name, _small_page([_table(head_row, table)])


def parameter(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """The values of a parameter over time."""
    (one,) = spec_of(snippet).parameters
    head_row = [one.label, LocalizedText("ابتداء من", "À partir du"), LocalizedText("المصدر", "Source")]
    rows = [
        [
            _same(f"{value.value} {one.unit}"),
            _same(value.since.isoformat() if value.since else "…"),
            _same(value.source),
        ]
        for value in one.values
    ]
    yield snippet.name, _small_page([_table(head_row, rows)])


def document_types(snippet: Snippet) -> Iterator[tuple[str, Image.Image]]:
    """Looks, what is read from them, and the roles they may fill."""
    found = parse_document_types(snippet.text, "document_types.yaml")
    rows = []
    for one in found.classes.values():
        facts = [fact.label for fact in one.facts]
        roles = [role.label for role in found.types_of_class(one.id)]
        rows.append([one.label, _joined([_words_of(one)]), _joined(facts), _joined(roles)])
    head_row = [
        LocalizedText("شكل الوثيقة", "Aspect (class)"),
        LocalizedText("كلمات تحملها", "Mots (anchors)"),
        LocalizedText("ما يُقرأ منها", "Faits (facts)"),
        LocalizedText("أدوارها", "Rôles (types)"),
    ]
    yield snippet.name, _small_page([_table(head_row, rows)])


def _words_of(one: Any) -> LocalizedText:
    return LocalizedText(ar="، ".join(one.anchors_ar), fr=", ".join(one.anchors_fr))


def _joined(words: list[LocalizedText]) -> LocalizedText:
    return LocalizedText(ar="، ".join(one.ar for one in words), fr=", ".join(one.fr for one in words))


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)


def _both(words: LocalizedText, tag: str = "span") -> str:
    return (
        f'<div class="two"><p lang="fr" dir="ltr"><{tag}>{html.escape(words.fr)}</{tag}></p>'
        f'<p lang="ar" dir="rtl"><{tag}>{html.escape(words.ar)}</{tag}></p></div>'
    )


def _table(head_row: list[LocalizedText], rows: list[list[LocalizedText]]) -> str:
    def cell(words: LocalizedText, tag: str) -> str:
        if words.ar == words.fr:
            return f'<{tag} dir="ltr">{html.escape(words.fr)}</{tag}>'
        return (
            f'<{tag}><span lang="fr" dir="ltr">{html.escape(words.fr)}</span>'
            f'<span lang="ar" dir="rtl">{html.escape(words.ar)}</span></{tag}>'
        )

    lines = ["<tr>" + "".join(cell(one, "th") for one in head_row) + "</tr>"]
    lines += ["<tr>" + "".join(cell(one, "td") for one in row) + "</tr>" for row in rows]
    return f'<table class="plain">{"".join(lines)}</table>'


_SMALL_STYLE = """
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; align-items: baseline; }
.two p { margin: 0; max-inline-size: none; } .shown { padding: 10px; }
.shown > :last-child { margin-block-end: 0; } .card { margin-block-end: .8rem; }
.amount { font-size: 1.3rem; margin: .3rem 0 0; }
.plain { border-collapse: collapse; inline-size: 100%; background: var(--card); }
.plain :is(th, td) { border: 1px solid var(--line); padding: .4rem .7rem; text-align: start; vertical-align: top; }
.plain tr:last-child td { border-block-end: 1px solid var(--line); }
.plain th { background: var(--tint); font-weight: 600; } .plain span { display: block; }
"""


def _small_page(parts: list[str]) -> Image.Image:
    style = STYLE.read_text(encoding="utf-8") + _SMALL_STYLE
    page = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><style>{style}</style>'
        f'<body><div class="shown">{"".join(parts)}</div></body></html>'
    )
    return _photograph(page, ".shown")


def _photograph(page: str, selector: str) -> Image.Image:
    """One element of a page, as Chromium draws it."""
    browser_page = _browser().new_page(viewport={"width": _SCREEN_PX, "height": 700}, color_scheme="light")
    try:
        browser_page.set_content(page)
        shot = browser_page.locator(selector).screenshot()
    finally:
        browser_page.close()
    return Image.open(BytesIO(shot)).convert("RGB")


@cache
def _browser() -> Any:
    from playwright.sync_api import sync_playwright

    return (
        sync_playwright()
        .start()
        .chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
    )


VIEWS: dict[str, Callable[[Snippet], Iterator[tuple[str, Image.Image]]]] = {
    "paper": paper,
    "filled": lambda snippet: paper(snippet, filled=True),
    "head": head,
    "pages": pages,
    "kinds": kinds,
    "questions": questions,
    "documents": documents,
    "findings": findings,
    "amounts": amounts,
    "tables": tables,
    "course": course,
    "outcome": outcome,
    "applicant": applicant,
    "notice": notice,
    "declarations": declarations,
    "derived": derived,
    "parameter": parameter,
    "types": document_types,
}
"""How a snippet may be shown."""


def main(wanted: list[str]) -> None:
    """Write every picture of the document, or those named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for snippet in snippets():
        if wanted and snippet.name not in wanted:
            continue
        for name, image in VIEWS[snippet.view](snippet):
            data = next(
                data for colours in (32, 16, 8) if len(data := small_png(image, colours)) <= MOST_BYTES - 100
            )
            path = PICTURES / f"{name}.png"
            remark = PngInfo()
            remark.add_text("Snippet", snippet.digest)
            Image.open(BytesIO(data)).save(path, optimize=True, pnginfo=remark)
            print(f"{path.relative_to(ROOT)}  {image.width}×{image.height}  {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
