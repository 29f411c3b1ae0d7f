"""Reading what people typed, whatever their viewer did to the file."""

from __future__ import annotations

import io
import tracemalloc
import zlib
from collections.abc import Callable

import pikepdf
import pypdf
import pytest

from core.errors import UnreadableDocument
from core.form_spec import FormSpec
from forms_service.render.form_pdf import read_values, render_blank, render_filled
from forms_service.render.typing_remarks import Remark

pytestmark = pytest.mark.filterwarnings("ignore:This document has .* form widget annotation")


def saved(pdf: bytes, **options: object) -> bytes:
    """The file as a viewer writes it anew."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, **options)
    return out.getvalue()


@pytest.mark.parametrize("incremental", [False, True])
def test_values_typed_in_another_program_come_back_in_logical_order(
    small: FormSpec, incremental: bool
) -> None:
    typed = {
        "person.last": "Aït «Ço»",
        "person.last.ar": "السلام عليكم",
        "person.remarks": "شقة 12، N'Guyen\nسطر",
    }
    writer = pypdf.PdfWriter(io.BytesIO(render_blank(small, "R-77")), incremental=incremental)
    writer.set_need_appearances_writer(True)
    writer.update_page_form_field_values(writer.pages[0], typed, auto_regenerate=True)
    out = io.BytesIO()
    writer.write(out)
    read = read_values(out.getvalue())
    assert read.values == typed
    assert (read.form_id, read.reference) == ("999-9-99", "R-77")


@pytest.mark.parametrize(
    "options",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"linearize": True},
        {"recompress_flate": True, "qdf": True},
    ],
)
def test_files_written_anew_are_read_all_the_same(small: FormSpec, options: dict[str, object]) -> None:
    answers = {"person.last.ar": "بناني", "help": ["chair"], "urgent": True}
    assert read_values(saved(render_filled(small, answers), **options)).values == answers


def test_a_viewer_that_drops_the_properties_leaves_the_form_known(small: FormSpec) -> None:
    with pikepdf.open(io.BytesIO(render_filled(small, {"person.last": "Benani"}, "R-5"))) as document:
        del document.trailer["/Info"]
        out = io.BytesIO()
        document.save(out)
    read = read_values(out.getvalue())
    assert (read.form_id, read.version, read.reference) == ("999-9-99", 1, "R-5")
    assert read.values == {"person.last": "Benani"}


def edited(pdf: bytes, edit: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    """The file after a program changed its objects."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        edit(document)
        document.save(out, **options)
    return out.getvalue()


def box_of(document: pikepdf.Pdf, name: str) -> pikepdf.Object:
    """The one box of a field, or of one choice: ``person.last``, ``work/none``."""
    for page in document.pages:
        for note in page.get("/Annots", []):
            if str(note.get("/T", "")) == name:
                return note
    raise AssertionError(f"no field {name}")


def test_a_box_ticked_without_its_value_counts(small: FormSpec) -> None:
    def tick(document: pikepdf.Pdf) -> None:
        for name in ("urgent", "help=chair"):
            box_of(document, name).AS = pikepdf.Name.Yes

    read = read_values(edited(render_blank(small), tick))
    assert read.values == {"urgent": True, "help": ["chair"]}
    assert read.remarks == {}


def test_a_value_that_its_box_does_not_show_counts_but_is_said(small: FormSpec) -> None:
    def untick(document: pikepdf.Pdf) -> None:
        box_of(document, "urgent").AS = pikepdf.Name.Off

    read = read_values(edited(render_filled(small, {"urgent": True, "person.last": "A"}), untick))
    assert read.values == {"urgent": True, "person.last": "A"}
    assert read.remarks == {"urgent": {Remark.BOXES_DISAGREE}}


def test_two_ticked_boxes_of_one_choice_are_said(allowance: FormSpec) -> None:
    def tick_another(document: pikepdf.Pdf) -> None:
        group = next(one for one in document.Root.AcroForm.Fields if str(one.get("/T", "")) == "quality")
        del group["/V"]
        for kid in group.Kids:
            kid.AS = next(pikepdf.Name(state) for state in dict(kid.AP.N) if state != "/Off")

    read = read_values(edited(render_filled(allowance, {"quality": "assured"}), tick_another))
    assert read.values["quality"] in {choice.value for choice in allowance.field("quality").choices}
    assert read.remarks["quality"] == {Remark.BOXES_DISAGREE}


@pytest.mark.parametrize("choice", ["assured", "divorced"])
@pytest.mark.parametrize("kept", ["value", "states"])
def test_a_choice_is_read_from_its_value_or_from_its_boxes(
    allowance: FormSpec, choice: str, kept: str
) -> None:
    def lose(document: pikepdf.Pdf) -> None:
        group = next(one for one in document.Root.AcroForm.Fields if str(one.get("/T", "")) == "quality")
        if kept == "states":
            del group["/V"]
        else:
            group.V = pikepdf.String(choice)
            for kid in group.Kids:
                del kid["/AS"]

    read = read_values(edited(render_filled(allowance, {"quality": choice}), lose))
    assert (read.values, read.remarks) == ({"quality": choice}, {})


def test_a_text_held_in_a_stream_is_read(small: FormSpec) -> None:
    def hold(document: pikepdf.Pdf) -> None:
        held = document.make_stream(b"\xfe\xff" + "نص طويل".encode("utf-16-be"))
        box_of(document, "person.remarks").V = held

    assert read_values(edited(render_blank(small), hold)).values == {"person.remarks": "نص طويل"}


def test_a_value_left_on_one_of_several_boxes_is_read(small: FormSpec) -> None:
    def split(document: pikepdf.Pdf) -> None:
        box = box_of(document, "person.last.ar")
        kid = document.make_indirect(
            pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, Parent=box, V=pikepdf.String("بناني"))
        )
        box.Kids = pikepdf.Array([kid])

    assert read_values(edited(render_blank(small), split)).values == {"person.last.ar": "بناني"}


def test_names_that_a_program_made_into_a_tree_are_put_together(small: FormSpec) -> None:
    def nest(document: pikepdf.Pdf) -> None:
        box = box_of(document, "person.last.ar")
        top = pikepdf.Dictionary(T=pikepdf.String("person"), FT=pikepdf.Name.Tx, V=pikepdf.String("بناني"))
        middle = pikepdf.Dictionary(T=pikepdf.String("last"), Kids=pikepdf.Array([box]))
        top.Kids = pikepdf.Array([document.make_indirect(middle)])
        box.T = pikepdf.String("ar")
        del box["/FT"]
        fields = document.Root.AcroForm.Fields
        kept = [one for one in fields if one.objgen != box.objgen]
        document.Root.AcroForm.Fields = pikepdf.Array([*kept, document.make_indirect(top)])

    assert read_values(edited(render_blank(small), nest)).values == {"person.last.ar": "بناني"}


def test_fields_that_only_their_page_still_names_are_read(allowance: FormSpec) -> None:
    answers = {"assured.last.ar": "بناني", "quality": "divorced", "decl.true": True}

    def forget(document: pikepdf.Pdf) -> None:
        del document.Root["/AcroForm"]

    assert read_values(edited(render_filled(allowance, answers), forget)).values == answers


def test_a_viewer_that_asks_for_new_appearances_is_read(small: FormSpec) -> None:
    def ask(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm.NeedAppearances = True

    answers = {"person.last.ar": "بناني", "help": ["chair"]}
    assert read_values(edited(render_filled(small, answers), ask)).values == answers


def test_saves_by_several_viewers_one_after_the_other_leave_the_newest(small: FormSpec) -> None:
    pdf = render_filled(small, {"person.last": "Premier", "urgent": True, "person.last.ar": "الأول"})
    for number, value in enumerate(["ثانٍ", "Zoé", "الأخير"]):
        writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=number != 1)
        writer.update_page_form_field_values(writer.pages[0], {"person.last": value})
        out = io.BytesIO()
        writer.write(out)
        pdf = out.getvalue()
        if number == 1:
            pdf = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    expected = {"person.last": "الأخير", "urgent": True, "person.last.ar": "الأول"}
    assert read_values(pdf).values == expected


def test_values_stored_badly_are_mended_and_said(small: FormSpec) -> None:
    def store(document: pikepdf.Pdf) -> None:
        box_of(document, "person.last.ar").V = pikepdf.String("\ufef2\ufee7\ufe8e\ufee8\ufe91")  # as drawn
        box_of(document, "person.last").V = pikepdf.String("Aït".encode())
        box_of(document, "person.remarks").V = pikepdf.String("??? ??")

    read = read_values(edited(render_blank(small), store))
    assert read.values == {"person.last.ar": "بناني", "person.last": "Aït", "person.remarks": "??? ??"}
    assert read.remarks == {
        "person.last.ar": {Remark.ORDER_MENDED},
        "person.last": {Remark.ENCODING_MENDED},
        "person.remarks": {Remark.LETTERS_LOST},
    }


def test_a_damaged_file_is_read_as_far_as_it_goes_and_said(small: FormSpec) -> None:
    pdf = edited(render_filled(small, {"person.last.ar": "بناني"}), lambda document: None)
    start = pdf.rindex(b"startxref") + 10
    damaged = pdf[:start] + b"7" + pdf[start:]
    read = read_values(damaged)
    assert read.values == {"person.last.ar": "بناني"}
    assert read.remarks == {"person.last.ar": {Remark.FILE_DAMAGED}}


def _locked(pdf: bytes) -> bytes:
    return saved(pdf, encryption=pikepdf.Encryption(user="secret", owner="owner"))


def _foreign() -> bytes:
    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda pdf, spec: _locked(pdf), "encrypted_pdf"),
        (lambda pdf, spec: pdf[:400], "broken_pdf"),
        (lambda pdf, spec: b"", "broken_pdf"),
        (lambda pdf, spec: b"%PDF-1.7\nnothing here", "broken_pdf"),
        (lambda pdf, spec: b"PK\x03\x04 a zip", "broken_pdf"),
        (lambda pdf, spec: _foreign(), "not_our_form"),
        (lambda pdf, spec: render_filled(spec, {}, flatten=True), "no_fields"),
    ],
)
def test_what_cannot_be_read_is_refused_in_both_languages(small: FormSpec, make: object, code: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_values(make(render_blank(small), small))  # type: ignore[operator]
    assert caught.value.code == code
    assert any("\u0600" <= letter <= "\u06ff" for letter in caught.value.message.ar)
    assert caught.value.message.fr.endswith(".")


@pytest.mark.parametrize("lost", [8, 60, 300])
@pytest.mark.parametrize("rewritten", [False, True])
def test_a_file_cut_off_in_transfer_is_refused_rather_than_read_as_blank(
    small: FormSpec, lost: int, rewritten: bool
) -> None:
    pdf = render_filled(small, {"person.last.ar": "بناني"})
    if rewritten:
        pdf = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    with pytest.raises(UnreadableDocument) as caught:
        read_values(pdf[:-lost])
    assert caught.value.code == "broken_pdf" and "incomplet" in caught.value.message.fr


def test_no_length_of_a_torn_addition_is_read_as_blank(small: FormSpec) -> None:
    blank, pdf = render_blank(small), render_filled(small, {"person.last.ar": "بناني"})
    assert pdf.startswith(blank)
    for kept in range(len(blank) + 2, len(pdf) - 8, 7):
        with pytest.raises(UnreadableDocument):
            read_values(pdf[:kept])


# --- files made to harm ---------------------------------------------------------------------------


def _endless_kids(document: pikepdf.Pdf) -> None:
    one = document.make_indirect(pikepdf.Dictionary(T=pikepdf.String("a")))
    one.Kids = pikepdf.Array([one, one])
    document.Root.AcroForm.Fields.append(one)


def _parents_in_a_ring(document: pikepdf.Pdf) -> None:
    one = box_of(document, "person.last")
    one.Parent = one
    del document.Root["/AcroForm"]


def test_rings_of_fields_are_walked_once(small: FormSpec) -> None:
    pdf = render_filled(small, {"person.last.ar": "بناني"})
    for harm in (_endless_kids, _parents_in_a_ring):
        assert read_values(edited(pdf, harm)).values["person.last.ar"] == "بناني"


def _countless(document: pikepdf.Pdf) -> None:
    many = (pikepdf.Dictionary(T=pikepdf.String(f"f{number}")) for number in range(11_000))
    document.Root.AcroForm.Fields = pikepdf.Array(list(many))


def _bomb(document: pikepdf.Pdf) -> None:
    held = document.make_stream(zlib.compress(bytes(40_000_000)))
    held.Filter = pikepdf.Name.FlateDecode
    box_of(document, "person.remarks").V = held


def _twice_packed_bomb(document: pikepdf.Pdf) -> None:
    held = document.make_stream(zlib.compress(zlib.compress(bytes(40_000_000))))
    held.Filter = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    box_of(document, "person.remarks").V = held


def _novel(document: pikepdf.Pdf) -> None:
    box_of(document, "person.remarks").V = pikepdf.String("roman " * 20_000)


@pytest.mark.parametrize("harm", [_countless, _bomb, _twice_packed_bomb, _novel])
def test_more_than_any_form_holds_is_refused(small: FormSpec, harm: Callable[[pikepdf.Pdf], None]) -> None:
    keep = {"stream_decode_level": pikepdf.StreamDecodeLevel.none, "compress_streams": False}
    pdf = edited(render_blank(small), harm, **keep)
    tracemalloc.start()
    with pytest.raises(UnreadableDocument) as caught:
        read_values(pdf)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "too_much"
    assert most < 20_000_000


def test_a_form_made_dynamic_is_refused(small: FormSpec) -> None:
    def convert(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm.XFA = document.make_stream(b"<xdp:xdp/>")

    with pytest.raises(UnreadableDocument) as caught:
        read_values(edited(render_filled(small, {"person.last": "A"}), convert))
    assert caught.value.code == "dynamic_form" and "XFA" in caught.value.message.ar


@pytest.mark.parametrize("part", ["/Fields", "/DR"])
@pytest.mark.parametrize(
    "nonsense", [pikepdf.Name.Nothing, 7, pikepdf.Dictionary(A=1), pikepdf.Array([1, "a"])]
)
def test_nonsense_in_the_form_breaks_nothing(small: FormSpec, part: str, nonsense: object) -> None:
    def spoil(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm[part] = nonsense

    pdf = edited(render_filled(small, {"person.last.ar": "بناني"}), spoil)
    assert read_values(pdf).values == {"person.last.ar": "بناني"}


@pytest.mark.parametrize("key", ["/V", "/T", "/FT", "/Ff", "/AS", "/Kids", "/Parent"])
@pytest.mark.parametrize(
    "nonsense", [pikepdf.Name.Nothing, 7, pikepdf.Dictionary(A=1), pikepdf.Array([1, "a"])]
)
def test_nonsense_in_a_field_is_a_refusal_at_worst(small: FormSpec, key: str, nonsense: object) -> None:
    def spoil(document: pikepdf.Pdf) -> None:
        box_of(document, "person.last")[key] = nonsense

    try:
        read = read_values(edited(render_filled(small, {"person.last.ar": "بناني"}), spoil))
    except UnreadableDocument as refusal:
        assert refusal.code == "broken_pdf"
    else:
        assert read.values["person.last.ar"] == "بناني"
