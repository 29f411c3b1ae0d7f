"""Conditions on marks, roles, tables, lists, languages, figures, headings and notes."""

from __future__ import annotations

from collections.abc import Iterator

from examined_paper import Element, Paper, Stretch, appearances, to_unicode
from matterhorn import condition
from pikepdf import Array, Dictionary, Name

STANDARD_TYPES = frozenset(
    [
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
        "P",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Figure",
        "Formula",
        "Form",
    ]
)
TABLE_PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
}
LIST_PARENTS = {"LI": {"L"}, "LBody": {"LI"}}
TABLE_KIDS = {"Table": {"TR", "THead", "TBody", "TFoot", "Caption"}, "TR": {"TH", "TD"}}
LIST_KIDS = {"L": {"LI", "L", "Caption"}, "LI": {"Lbl", "LBody"}}


@condition("01-003")
def artifact_in_content(paper: Paper) -> Iterator[str]:
    """An artifact inside tagged content."""
    for one in paper.stretches:
        tags = [tag for tag, _, _ in one.marks]
        numbered = [number is not None for _, number, _ in one.marks]
        if "Artifact" in tags and any(numbered[: tags.index("Artifact")]):
            yield f"page {one.page + 1}: {one.marks}"


@condition("01-004")
def content_in_artifact(paper: Paper) -> Iterator[str]:
    """Tagged content inside an artifact."""
    for one in paper.stretches:
        tags = [tag for tag, _, _ in one.marks]
        if "Artifact" in tags and any(
            number is not None for _, number, _ in one.marks[tags.index("Artifact") :]
        ):
            yield f"page {one.page + 1}: {one.marks}"


@condition("01-005")
def unmarked_content(paper: Paper) -> Iterator[str]:
    """Content that is neither an artifact nor reached from the structure tree, and the reverse."""
    placed = {spot for element in paper.elements for spot in element.content}
    for one in paper.stretches:
        numbers = [number for _, number, _ in one.marks if number is not None]
        if not numbers and "Artifact" not in [tag for tag, _, _ in one.marks]:
            yield f"page {one.page + 1}: {one.operator} outside of any mark"
        for number in numbers:
            if (one.page, number) not in placed:
                yield f"page {one.page + 1}: content {number} has no place in the tree"
            elif paper.owner(one.page, number) is None:
                yield f"page {one.page + 1}: content {number} is not in the parent tree"
    for element in paper.elements:
        for page, number in element.content:
            owner = paper.owner(page, number)
            if owner is None or owner.objgen != element.entries.objgen:
                yield f"page {page + 1}: content {number} belongs to another element than {element.name}"


@condition("01-007")
def suspects(paper: Paper) -> Iterator[str]:
    """The file says that its own tags are doubtful, or does not say that it is tagged."""
    marks = paper.root.get("/MarkInfo", Dictionary())
    if marks.get("/Suspects", False):
        yield "Suspects is true"
    if not marks.get("/Marked", False):
        yield "Marked is not true"


@condition("02-001", "02-003", "02-004")
def role_mapping(paper: Paper) -> Iterator[str]:
    """A structure type that is not a standard one, or a standard one that is mapped."""
    mapped = {
        str(key)[1:]: str(value)[1:]
        for key, value in dict(paper.root.StructTreeRoot.get("/RoleMap", {})).items()
    }
    yield from (f"standard type {role} is mapped" for role in mapped if role in STANDARD_TYPES)
    for element in paper.elements:
        role, seen = element.role, set()
        while role in mapped and role not in seen:
            seen.add(role)
            role = mapped[role]
        if role not in STANDARD_TYPES:
            yield f"{element.name} is no standard type"


@condition("09-004")
def tables(paper: Paper) -> Iterator[str]:
    """Rows and cells outside of tables and rows, foreign kids, or rows of unequal length."""
    yield from _misplaced(paper, TABLE_PARENTS, TABLE_KIDS)
    for table in (element for element in paper.elements if element.role == "Table"):
        lengths = {len(row.kids) for row in table.kids if row.role == "TR"}
        if len(lengths) > 1:
            yield f"{table.name} has rows of {sorted(lengths)} cells"


@condition("09-005")
def lists(paper: Paper) -> Iterator[str]:
    """Items outside of lists, or foreign kids in lists and items."""
    yield from _misplaced(paper, LIST_PARENTS, LIST_KIDS)


def _misplaced(paper: Paper, parents: dict[str, set[str]], kids: dict[str, set[str]]) -> Iterator[str]:
    for element in paper.elements:
        if element.role in parents and (
            element.parent is None or element.parent.role not in parents[element.role]
        ):
            yield f"{element.name} stands outside of {sorted(parents[element.role])}"
        if element.role in kids:
            yield from (
                f"{kid.name} may not stand there"
                for kid in element.kids
                if kid.role not in kids[element.role]
            )
            if element.content:
                yield f"{element.name} holds content itself"


@condition("11-001", "11-006")
def language_of_content(paper: Paper) -> Iterator[str]:
    """No language for the document, or one that is not well formed."""
    languages = [("document", str(paper.root.get("/Lang", "")))]
    languages += [(one.name, str(one.entries.Lang)) for one in paper.elements if "/Lang" in one.entries]
    languages += [
        (f"page {one.page + 1}", language)
        for one in paper.stretches
        for _, _, language in one.marks
        if language is not None
    ]
    yield from (
        f"{where}: language {language!r}"
        for where, language in languages
        if language not in ("ar-MA", "fr-MA")
    )


@condition("11-001 as shown")
def language_of_letters(paper: Paper) -> Iterator[str]:
    """Arabic letters in a stretch that is said to be French, or the reverse (stricter than the protocol)."""
    owners = {spot: element for element in paper.elements for spot in element.content}
    for one in paper.stretches:
        numbers = [number for _, number, _ in one.marks if number is not None]
        if not one.codes or not numbers or one.font is None or (one.page, numbers[-1]) not in owners:
            continue
        language = _language_of(paper, one, owners[(one.page, numbers[-1])])
        mapping = to_unicode(one.font)
        text = "".join(
            mapping.get(int.from_bytes(one.codes[at : at + 2], "big"), "")
            for at in range(0, len(one.codes), 2)
        )
        letters = [letter for letter in text if letter.isalpha()]
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in letters)
        if letters and (language == "ar-MA") != (arabic * 2 > len(letters)):
            yield f"page {one.page + 1}: {text!r} is said to be {language}"


def _language_of(paper: Paper, stretch: Stretch, owner: Element) -> str:
    said = [language for _, _, language in stretch.marks if language is not None]
    if said:
        return said[-1]
    inherited = (str(node.entries.Lang) for node in owner.ancestors if "/Lang" in node.entries)
    return next(inherited, str(paper.root.Lang))


@condition("13-004")
def figures(paper: Paper) -> Iterator[str]:
    """A figure without words for those who do not see it."""
    for element in paper.elements:
        if element.role == "Figure" and not str(element.entries.get("/Alt", "")).strip():
            yield f"{element.name} has no alternative text"


@condition("14-002", "14-003", "14-006", "14-007")
def headings(paper: Paper) -> Iterator[str]:
    """Headings that do not begin at the first level or skip one; or both kinds of headings."""
    level = 0
    for element in paper.elements:
        if element.role == "H":
            yield f"{element.name}: unnumbered heading"
        if element.role[:1] == "H" and element.role[1:].isdigit():
            if int(element.role[1:]) > level + 1:
                yield f"{element.name} follows level {level}"
            level = int(element.role[1:])
    if not level:
        yield "no heading at all"


@condition("15-003")
def head_cells(paper: Paper) -> Iterator[str]:
    """A head cell that does not say what it heads, or a row of heads that do not head columns."""
    for element in paper.elements:
        scope = element.entries.get("/A", Dictionary()).get("/Scope")
        if element.role == "TH" and scope is None:
            yield f"{element.name} has no scope"
        is_head_row = (
            element.role == "TR" and len(element.kids) > 1 and {kid.role for kid in element.kids} == {"TH"}
        )
        for kid in element.kids if is_head_row else []:
            if kid.entries.get("/A", Dictionary()).get("/Scope") != Name.Column:
                yield f"{kid.name} heads a column and does not say so"


@condition("19-003", "19-004")
def notes(paper: Paper) -> Iterator[str]:
    """Notes without names of their own, or not found by them."""
    names = [str(one.entries.get("/ID", "")) for one in paper.elements if one.role == "Note"]
    yield from (f"a note without a name after {len(names)} notes" for name in names if not name)
    if len(set(names)) != len(names):
        yield "two notes share a name"
    tree = paper.root.StructTreeRoot.get("/IDTree", Dictionary())
    known = [str(one) for one in list(tree.get("/Names", Array()))[::2]]
    yield from (f"note {name} is not in the IDTree" for name in set(names) - set(known))


@condition("30-002")
def shared_marked_content(paper: Paper) -> Iterator[str]:
    """A form XObject with numbered content that is drawn more than once."""
    for page, one in paper.annotations:
        for appearance in appearances(one):
            if b"/MCID" in appearance.read_bytes():
                yield f"page {page + 1}: appearance with numbered content"
