"""A stack that is given up half-way: every sheet is in one dossier or on the clerk's list, and in one only."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from core.errors import DossierError
from forms_service.messages import say
from forms_service.storage.models import LeftPageRow, StackFileRow, StackOriginalRow, StackSheetRow


def paper(words: str) -> Image.Image:
    image = Image.new("L", (620, 877), 255)
    ImageDraw.Draw(image).text((100, 150), words, fill=0, font_size=40)
    return image


def pile(count: int) -> bytes:
    out = io.BytesIO()
    pages = [paper(f"Paper {number}") for number in range(count)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=75)
    return out.getvalue()


@pytest.fixture
def half_sorted(office):
    """A stack of one file that a worker came to these fates of; sheets nobody looked at have none."""

    def sort(fates: Sequence[str | None], data: bytes, looked_at: int | None = None) -> tuple[str, str]:
        dossier = office.open()
        stack = office.services.receive_stack(office.clerk, [("pile.pdf", data)], by_position=True)
        with office.services.database.writing() as session:
            session.get_one(StackFileRow, (stack, 0)).pages = len(fates)
            for page, fate in enumerate(fates[:looked_at], start=1):
                told = say("unidentified").as_dict() if fate else None
                row = StackSheetRow(intake_id=stack, file=0, page=page, seen={"page": page}, fate=fate)
                row.message, row.remarks, row.opened = told, [], False
                row.dossier_id = dossier if fate == "filed" else None
                session.add(row)
        return stack, dossier

    return sort


def waiting(office) -> list[tuple[int, str, bool]]:
    return [(one.number, one.fate, one.picture) for one in office.services.left_pages(office.clerk)[0]]


@pytest.mark.parametrize(
    ("fates", "looked_at", "listed"),
    [
        (["filed", "not_taken", "unknown_form"], None, [(2, "not_taken", True), (3, "unknown_form", True)]),
        (["filed", "filed", None], None, [(3, "unreadable", True)]),
        (["filed", None, None], 1, [(2, "unreadable", True), (3, "unreadable", True)]),
        (["filed", "filed", "filed"], None, []),
    ],
    ids=["refused sheets", "a sheet nobody filed", "sheets nobody looked at", "all filed"],
)
def test_giving_up_lists_every_sheet_that_was_not_filed(
    office, half_sorted, fates: list, looked_at: int | None, listed: list
) -> None:
    stack, _ = half_sorted(fates, pile(len(fates)), looked_at)
    office.services.give_up_stack(stack)
    assert waiting(office) == listed
    view = office.services.stack(office.clerk, stack)
    assert (view.summary.state, view.summary.settled) == ("failed", len(fates))
    office.services.give_up_stack(stack)
    assert waiting(office) == listed, "a second time changes nothing"


def test_a_file_nobody_could_count_waits_as_a_whole(office) -> None:
    stack = office.services.receive_stack(office.clerk, [("pile.pdf", pile(2))])
    office.services.give_up_stack(stack)
    assert waiting(office) == [(0, "unreadable", False)]


def test_a_file_of_which_a_sheet_was_filed_is_never_filed_as_a_whole(office, half_sorted) -> None:
    """It holds somebody else's papers, too, whichever row of the list asks for it."""
    stack, dossier = half_sorted(["filed", "filed", None], pile(3))
    office.services.give_up_stack(stack)
    (page,) = office.services.left_pages(office.clerk)[0]
    with office.services.database.writing() as session:
        row = session.get_one(LeftPageRow, page.id)
        row.number, row.page_object = 0, None
    reference = office.services.dossier(office.clerk, dossier).reference
    with pytest.raises(DossierError) as refused:
        office.services.file_left_page(office.clerk, page.id, reference=reference)
    assert refused.value.code == "no_picture"
    assert office.services.dossier(office.clerk, dossier).attachments == ()


def test_a_stack_sent_again_files_no_sheet_a_second_time(office) -> None:
    """The first sheet was filed by the worker, the second by hand; only the third is sorted anew."""
    dossier = office.open()
    reference = office.services.dossier(office.clerk, dossier).reference
    cover = pypdfium2.PdfDocument(office.services.cover_sheet(office.clerk, dossier))
    pages = [cover[0].render(scale=150 / 72, grayscale=True).to_pil(), paper("Act"), paper("Card")]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    stack = office.services.receive_stack(office.clerk, [("pile.pdf", out.getvalue())], by_position=True)
    office.services.look_through(stack, 0)
    with office.services.database.writing() as session:
        row = session.get_one(StackSheetRow, (stack, 0, 2))
        row.fate, row.message, row.dossier_id = "filed", say("filed", reference=reference).as_dict(), dossier
    office.services.give_up_stack(stack)
    (card,) = office.services.left_pages(office.clerk)[0]
    assert card.number == 3
    office.services.file_left_page(office.clerk, card.id, reference=reference)
    result = office.services.intake_scan(office.clerk, [("pile.pdf", out.getvalue())])
    assert [one.fate for one in result.pages] == ["filed"] * 3
    again = say("filed_before", reference=reference)
    assert [one.message == again for one in result.pages] == [False, True, True]
    names = [one.filename for one in office.services.dossier(office.clerk, dossier).attachments]
    assert names == ["pile (3).png"], "nothing was filed by sending it again"
    assert office.services.left_pages(office.clerk) == ([], 0)


def test_one_file_sent_twice_at_the_same_moment_is_sorted_once(office) -> None:
    data, started = pile(1), threading.Barrier(4)

    def send(_number: int) -> str:
        started.wait()
        return office.services.receive_stack(office.clerk, [("a.pdf", data), ("b.pdf", data)])

    with ThreadPoolExecutor(4) as senders:
        stacks = list(senders.map(send, range(4)))
    with office.services.database.reading() as session:
        files = list(session.scalars(select(StackFileRow)))
        held = list(session.scalars(select(StackOriginalRow.object_key)))
    assert len(files) == 8
    (first,) = [one for one in files if one.earlier is None]
    assert {one.earlier for one in files} == {None, first.intake_id}
    assert first.intake_id in stacks
    assert held == [first.object_key]
