"""What every PDF of ours has in common: its pages, its catalog, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from forms_service.render.artwork import POINT_MM
from forms_service.render.drawing import number
from forms_service.render.metadata import PaperProperties, add_metadata, add_output_intent
from forms_service.render.pdf_objects import ObjectTable, array, dictionary, reference
from forms_service.render.structure import LOCALE

PageEntries = dict[str, object]


def page_entries(tree: int, index: int | None, resources: str, contents: Sequence[int]) -> PageEntries:
    """The dictionary of one A4 page.

    Args:
        index: Its place in the parent tree of the document's structure; None on untagged pages.
    """
    entries: PageEntries = {
        "Type": "/Page",
        "Parent": reference(tree),
        "MediaBox": array([0, 0, number(PAGE_WIDTH_MM / POINT_MM), number(PAGE_HEIGHT_MM / POINT_MM)]),
        "Resources": resources,
        "Contents": array(map(reference, contents)),
    }
    if index is not None:
        entries |= {"StructParents": index, "Tabs": "/S"}
    return entries


def pages_dictionary(numbers: Sequence[int]) -> str:
    """The tree of a document's pages, which is flat."""
    return dictionary({"Type": "/Pages", "Kids": array(map(reference, numbers)), "Count": len(numbers)})


def catalog(
    objects: ObjectTable,
    tree: int,
    properties: PaperProperties,
    *,
    structure: int,
    is_archival: bool,
    further: Mapping[str, object] | None = None,
) -> str:
    """The catalog of a tagged document.

    Args:
        tree: Number of the tree of pages.
        structure: Number of the root of the document's structure.
        is_archival: The document keeps to PDF/A-2u.
    """
    return dictionary(
        {
            "Type": "/Catalog",
            "Pages": reference(tree),
            "Lang": f"({LOCALE[properties.language]})",
            "MarkInfo": "<< /Marked true >>",
            "StructTreeRoot": reference(structure),
            "Metadata": reference(add_metadata(objects, properties, is_archival=is_archival)),
            "OutputIntents": add_output_intent(objects) if is_archival else None,
            "ViewerPreferences": "<< /DisplayDocTitle true /PrintScaling /None >>",
            **(further or {}),
        }
    )
