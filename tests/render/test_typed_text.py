"""The text a person meant, out of what good and bad viewers store."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from hypothesis import given
from hypothesis import strategies as st

from forms_service.render.typed_text import TypedText, typed_text
from forms_service.render.typing_remarks import REMARK_SENTENCES, Remark

SHAPED = ArabicReshaper({"delete_harakat": False, "support_ligatures": True})
PLAIN_ARABIC = ["فاطمة الزهراء", "السلام عليكم", "مُحَمَّد بنّاني", "حي الرياض (أ)", "زنقة 7 الأطلس"]


def stored(text: str) -> TypedText:
    return typed_text(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))


@pytest.mark.parametrize("text", ["Aït Ben«Ço» œuvre", "N'Guyén – 12,5 €"])
def test_the_encoding_of_pdf_is_read(text: str) -> None:
    assert typed_text(text.encode("pdfdoc")) == TypedText(text)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF8, "utf-8"),
    ],
)
def test_every_marked_encoding_is_read(mark: bytes, encoding: str) -> None:
    text = "شقة 12، زنقة N'Guyén\nالطابق 3"
    assert typed_text(mark + text.encode(encoding)) == TypedText(text)


@pytest.mark.parametrize("text", ["فاطمة 12", "Aït"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be", "utf-16-le"])
def test_a_forgotten_mark_is_made_up_for_and_said(text: str, encoding: str) -> None:
    assert typed_text(text.encode(encoding)) == TypedText(text, frozenset({Remark.ENCODING_MENDED}))


@given(st.text("abzéèçïôœâùûÀÉŒÂÊÎÔÛ'’«»°-. 0129€–…", max_size=30))
def test_text_in_the_encoding_of_pdf_is_never_taken_for_another(text: str) -> None:
    assert typed_text(text.encode("pdfdoc")) == TypedText(text)


@given(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويأؤإئى ةـ،؛ ABéç 0123٤٥", max_size=40))
def test_logical_text_is_left_alone(text: str) -> None:
    assert stored(text).text == text


def test_invisible_marks_go_and_blanks_become_spaces() -> None:
    assert stored("\u202b\u200fشقة\u00a012\u202c\u200e،\u2007N'G\u200buyen\ufeff").text == "شقة 12، N'Guyen"
    assert stored("a\tb\x07c\u061cd\u2066e\u2069").text == "a bcde"


def test_every_line_end_is_one_line_feed() -> None:
    assert stored("a\r\nb\rc\nd\u2028e\u2029f\x0bg").text == "a\nb\nc\nd\ne\nf\ng"


def test_letters_and_their_accents_are_composed() -> None:
    assert stored("e\u0301te\u0301 \u0627\u0653").text == "été \u0622"


def test_marks_of_language_are_no_text() -> None:
    assert stored("\x1bar\x1bسلام").text == "سلام"


@pytest.mark.parametrize("text", [*PLAIN_ARABIC, "شقة 12، زنقة N'Guyen", "12 شقة", "الله"])
def test_shapes_of_letters_become_letters(text: str) -> None:
    assert stored(SHAPED.reshape(text)) == TypedText(text)


@pytest.mark.parametrize("text", PLAIN_ARABIC)
@pytest.mark.parametrize("saver", [get_display, lambda shapes: shapes[::-1]], ids=["drawn", "reversed"])
def test_shapes_in_the_order_drawn_are_turned_round_and_said(text: str, saver: object) -> None:
    found = stored(saver(SHAPED.reshape(text)))  # type: ignore[operator]
    assert found == TypedText(text, frozenset({Remark.ORDER_MENDED}))


def test_lines_are_turned_each_for_itself() -> None:
    first, second = (get_display(SHAPED.reshape(line)) for line in ("فاطمة", "السلام"))
    assert stored(f"{first}\n{second}").text == "فاطمة\nالسلام"


@pytest.mark.parametrize("text", ["12 شقة", "شقة N'Guyen", "شقة 12، زنقة", "دار"])
def test_a_drawn_order_that_two_texts_share_is_said_and_left(text: str) -> None:
    found = stored(get_display(SHAPED.reshape(text)))
    assert found.remarks == {Remark.ORDER_DOUBTFUL}
    assert sorted(found.text) == sorted(text)


def test_plain_letters_back_to_front_are_doubted_but_kept() -> None:
    assert stored("ءارهزلا ةمطاف") == TypedText("ءارهزلا ةمطاف", frozenset({Remark.ORDER_DOUBTFUL}))
    assert stored("المطلق(ة) فاطمة").remarks == frozenset()


@pytest.mark.parametrize("lost", ["????", "??? ???", "\ufffdatima", "??\n??"])
def test_lost_letters_are_said(lost: str) -> None:
    assert stored(lost).remarks == {Remark.LETTERS_LOST}


@pytest.mark.parametrize("fine", ["?", "quoi ?", "pourquoi ??"])
def test_questions_are_no_lost_letters(fine: str) -> None:
    assert stored(fine) == TypedText(fine)


def test_broken_bytes_are_said_and_break_nothing() -> None:
    assert Remark.LETTERS_LOST in typed_text(codecs.BOM_UTF16_BE + b"\xd8\x00\x00a").remarks
    assert Remark.LETTERS_LOST in typed_text(codecs.BOM_UTF16_BE + b"\x00").remarks


@given(st.binary(max_size=60))
def test_any_bytes_give_text_without_hidden_characters(stored_bytes: bytes) -> None:
    found = typed_text(stored_bytes).text.replace("\n", "")
    assert not [one for one in found if unicodedata.category(one) in ("Cc", "Cf", "Cs")]


@pytest.mark.parametrize("remark", Remark)
def test_every_remark_is_a_sentence_in_both_languages(remark: Remark) -> None:
    sentence = REMARK_SENTENCES[remark]
    assert sentence.fr.endswith(".") and sentence.ar.endswith(".")
    assert any("\u0621" <= letter <= "\u064a" for letter in sentence.ar)
