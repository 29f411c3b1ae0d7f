"""Reading what people typed, whatever their viewer did to the file."""

from __future__ import annotations

import io

import pikepdf
import pypdf
import pytest

from core.errors import UnreadableDocument
from core.form_spec import FormSpec
from forms_service.render.form_pdf import read_values, render_blank, render_filled


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


def test_a_box_ticked_without_its_value_counts(small: FormSpec) -> None:
    with pikepdf.open(io.BytesIO(render_blank(small))) as document:
        for note in document.pages[0].Annots:
            if str(note.get("/T", "")) in ("urgent", "help=chair"):
                note.AS = pikepdf.Name.Yes
        out = io.BytesIO()
        document.save(out)
    assert read_values(out.getvalue()).values == {"urgent": True, "help": ["chair"]}


def test_a_text_held_in_a_stream_is_read(small: FormSpec) -> None:
    with pikepdf.open(io.BytesIO(render_blank(small))) as document:
        note = next(one for one in document.pages[0].Annots if str(one.get("/T", "")) == "person.remarks")
        note.V = document.make_stream(b"\xfe\xff" + "نص طويل".encode("utf-16-be"))
        out = io.BytesIO()
        document.save(out)
    assert read_values(out.getvalue()).values == {"person.remarks": "نص طويل"}


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
def test_a_file_cut_off_in_transfer_is_refused_rather_than_read_as_blank(small: FormSpec, lost: int) -> None:
    pdf = render_filled(small, {"person.last.ar": "بناني"})
    with pytest.raises(UnreadableDocument) as caught:
        read_values(pdf[:-lost])
    assert caught.value.code == "broken_pdf" and "incomplet" in caught.value.message.fr
