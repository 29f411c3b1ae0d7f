from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.placement import BoxMm, PageIdentity, corner_mark_boxes, qr_box

identities = st.builds(
    PageIdentity,
    form_id=st.from_regex(r"[0-9]{3}-[0-9]-[0-9]{2}", fullmatch=True),
    version=st.integers(1, 99),
    page=st.integers(1, 9),
    pages=st.integers(1, 9),
    reference=st.from_regex(r"|[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", fullmatch=True),
)


@given(identities)
def test_a_page_identity_survives_its_code(identity: PageIdentity) -> None:
    text = identity.encode()
    assert PageIdentity.decode(text) == identity
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@given(identities, st.data())
def test_a_wrong_character_is_noticed(identity: PageIdentity, data: st.DataObject) -> None:
    text = identity.encode()
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789ABCXYZ").filter(lambda c: c != text[at]))
    assert PageIdentity.decode(text[:at] + other + text[at + 1 :]) != identity


@given(st.text(max_size=80))
def test_any_text_is_an_identity_or_none(text: str) -> None:
    assert PageIdentity.decode(text) is None or text.startswith("CN1:")


def test_marks_and_code_are_apart_and_on_the_page() -> None:
    boxes = [*corner_mark_boxes(), qr_box()]
    page = BoxMm(0, 0, 210, 297)
    for index, box in enumerate(boxes):
        assert box.x >= 0 and box.right <= page.right and box.y >= 0 and box.bottom <= page.bottom
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])
