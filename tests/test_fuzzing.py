"""Damaged files, requests and texts: a clear refusal or a result within limits, never another exception."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from werkzeug.exceptions import HTTPException

from core.correction_slip import asked_by
from core.errors import FormsError, InvalidValue, SpecErrors
from core.form_spec import FormSpec
from core.guidance_parser import parse_theme
from core.receipt import normalize_reference
from core.rows_from_file import rows_as_csv, rows_from_csv
from core.shared_parameters import SharedParameters
from core.spec_parser import parse_spec
from forms_service.clean_copy import make_clean_copy
from forms_service.first_look import LookingProcess
from forms_service.ocr.page_identity import _decode
from forms_service.reading_process import ReadingRequest
from forms_service.receipt_codes import facts_of_code
from forms_service.services.uploads import plain_filename, sniff
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.virus_scan import ScanVerdict, _understood
from tests.fuzzing import damaged, few
from tests.hostile_files import MARKED, PAGE, PAGES, ROOT, pdf, picture, stream

SPECS = Path(__file__).resolve().parents[1] / "form_specs"
PATIENCE_S = 30.0


def _pictures() -> dict[str, tuple[bytes, ...]]:
    pixels = Image.effect_noise((96, 96), 60)
    found = {}
    for kind in ("JPEG", "PNG", "TIFF"):
        out = io.BytesIO()
        pixels.save(out, kind)
        found[kind] = (out.getvalue(), picture(kind), MARKED[kind.lower()][1]())
    found["TIFF"] = tuple(_small_tiffs(pixels))
    found["HEIC"] = (MARKED["heic"][1](),)
    drawn = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    found["PDF"] = (
        pdf(ROOT, PAGES, PAGE),
        pdf(ROOT, PAGES, drawn, stream(b"", b"0 g 20 20 99 60 re f")),
        MARKED["pdf"][1](),
    )
    return found


def _small_tiffs(pixels: Image.Image) -> Iterator[bytes]:
    for packed in ("raw", "tiff_lzw", "tiff_deflate", "group4", "jpeg"):
        out = io.BytesIO()
        shown = pixels.convert("1") if packed == "group4" else pixels
        shown.save(out, "TIFF", compression=packed)
        yield out.getvalue()


VALID = _pictures()


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookingProcess]:
    process = LookingProcess(tmp_path_factory.mktemp("looking") / "scratch")
    process.get_ready()
    yield process
    process.close()


@pytest.fixture(scope="module")
def form() -> FormSpec:
    return SpecCatalogue.load().get("311-1-14", 1)


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", VALID)
def test_the_looking_process_bears_damaged_files(looking: LookingProcess, kind: str) -> None:
    """It ends with an answer each time: refused, remarked on, or nothing to say."""
    asked = ReadingRequest("read", "acte", str(SPECS), "311-1-14", 1)

    @few(6)
    @given(damaged(VALID[kind]))
    def try_one(data: bytes) -> None:
        looked = looking.look(asked, data, PATIENCE_S)
        assert looked.rest is None, "it went on longer than any damaged file may take"
        if looked.refusal is None and sniff(data) is None:
            raise AssertionError("what is no paper was opened")

    try_one()


@pytest.mark.parametrize("kind", VALID)
def test_copies_of_damaged_files_are_made_or_refused(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("copies")

    @few(12)
    @given(damaged(VALID[kind]))
    def try_one(data: bytes) -> None:
        made = make_clean_copy(ReadingRequest("copy", "acte", ""), data, folder)
        if "copy" in made:
            assert sniff((folder / "copy").read_bytes()) == made["media_type"]
        else:
            assert set(made["refused"]) == {"ar", "fr"}

    try_one()


@few(100)
@given(st.text(max_size=400) | st.text(alphabet="./\\\u202e\u200f\x00a\"';\r\n", max_size=12_000))
def test_no_name_of_a_file_reaches_further_than_a_name(name: str) -> None:
    plain = plain_filename(name)
    assert plain and len(plain) <= 120
    assert plain.isprintable() and not set(plain) & set("/\\")
    assert plain not in (".", "..")


# --- requests -----------------------------------------------------------------------------------


def _receiving() -> Flask:
    app = Flask("receiving")
    app.config.update(MAX_CONTENT_LENGTH=300_000, MAX_FORM_MEMORY_SIZE=50_000, TESTING=True)

    @app.post("/")
    def take() -> str:
        return f"{len(request.files.getlist('files'))} {len(request.form)}"

    return app


_WHOLE = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n"
    b'--x\r\nContent-Disposition: form-data; name="as_type"\r\n\r\nbirth\r\n--x--\r\n'
)


@few(40)
@given(damaged((_WHOLE, _WHOLE * 20)), st.sampled_from((b"x", b"y", b"", b"x" * 5000)))
def test_a_damaged_request_is_taken_or_refused(body: bytes, boundary: bytes) -> None:
    kind = "multipart/form-data; boundary=" + boundary.decode()
    answer = _receiving().test_client().post("/", data=body, content_type=kind)
    assert answer.status_code in (200, 400, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(3000)),
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n' + b"X: y\r\n" * 30_000,
        b"--x\r\n" + b"A" * 250_000,
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"A" * 100_000,
        b"--x\r\n\r\n" * 30_000,
    ],
    ids=["thousands of parts", "endless headers", "one endless header", "an endless answer", "empty parts"],
)
def test_multipart_bombs_are_refused(body: bytes) -> None:
    app = _receiving()
    with app.test_request_context(
        "/", method="POST", data=body, content_type="multipart/form-data; boundary=x"
    ):
        try:
            arrived = len(request.form) + len(request.files)
        except HTTPException as refused:
            assert refused.code in (400, 413)
        else:
            assert arrived == 0, "nothing of it was taken for an answer"


# --- texts --------------------------------------------------------------------------------------


_TRICKS = (
    "&a [*a,*a]",
    "*unknown",
    "!!python/object/apply:os.system ['true']",
    "!!binary x",
    "&a {a: *a}",
    "<<: {a: 1}",
    "9" * 5000,
    "1e999999",
    "0x" + "f" * 300,
    "[" * 3000,
    "{a: " * 500,
    "? [a, b]\n: c",
    "2026-99-99",
    "\x00",
    "\u2028",
    "- - - - -",
    "'",
    "|2\n  x",
    "%YAML 9.9\n---",
)


@st.composite
def spoilt(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """A valid text with lines left out, swapped, indented, or spoilt by one of YAML's tricks."""
    lines = draw(st.sampled_from(texts)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("drop", "copy", "indent", "trick", "value", "swap"))):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "copy":
                lines[at:at] = lines[at : at + draw(st.integers(1, 5))]
            case "indent":
                lines[at] = " " * draw(st.integers(1, 9)) + lines[at]
            case "trick":
                lines[at:at] = draw(st.sampled_from(_TRICKS)).splitlines()
            case "value":
                name, _, _ = lines[at].partition(":")
                lines[at] = f"{name}: {draw(st.sampled_from(_TRICKS))}"
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def _texts(*names: str) -> tuple[str, ...]:
    return tuple((SPECS / name).read_text(encoding="utf-8") for name in names)


@few(12)
@given(spoilt(_texts("appointment-request/v1.yaml", "311-1-14/v1.yaml")))
def test_a_spoilt_form_or_course_is_refused_in_words(text: str) -> None:
    try:
        parse_spec(text, "v1.yaml")
    except SpecErrors as told:
        assert told.errors
    except FormsError:
        pass


@few(8)
@given(spoilt(tuple(one.read_text("utf-8") for one in sorted((SPECS / "guidance").glob("*.yaml"))[:3])))
def test_a_spoilt_answer_is_refused_in_words(text: str) -> None:
    with suppress(FormsError):
        parse_theme(text, "theme.yaml", SharedParameters())


@pytest.mark.parametrize("trick", _TRICKS)
def test_no_trick_of_yaml_does_anything(trick: str) -> None:
    with pytest.raises(FormsError):
        parse_spec(trick, "v1.yaml")


def test_a_thousand_million_laughs_are_refused() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(FormsError):
        parse_spec("\n".join(levels), "v1.yaml")


def test_any_file_of_rows_is_read_or_told_what_is_wrong(form: FormSpec) -> None:
    group = form.groups[0]
    whole = rows_as_csv([{one.id: "1" for one in group.fields}] * 3, group)
    letters = st.text(alphabet='";,\n\r\t\x00\ufeffأ1a=@+-', max_size=2000).map(str.encode)

    @few(100)
    @given(st.binary(max_size=600) | letters | damaged((whole,)))
    def try_one(data: bytes) -> None:
        with suppress(InvalidValue):
            assert len(rows_from_csv(data, group).rows) <= group.maximum

    try_one()


def test_any_code_is_ours_or_is_not(form: FormSpec) -> None:
    @few(200)
    @given(st.text(max_size=300) | st.text(alphabet="CX0123456789ABCDEF|:/.-", max_size=300))
    def try_one(text: str) -> None:
        asked_by(form, text)
        normalize_reference(text)
        assert facts_of_code(text, {}) is None

    try_one()


@few(100)
@given(st.tuples(*[st.text(alphabet="0123456789ABC.-/ ", max_size=400)] * 4))
def test_a_page_that_lies_about_itself_is_no_page_of_ours(parts: tuple[str, ...]) -> None:
    """Its checksum is right: anybody can reckon it."""
    body = ":".join(("CN1", *parts))
    found = _decode(f"{body}:{zlib.crc32(body.encode()) & 0xFFFF:04X}")
    assert found is None or 1 <= found.page <= found.pages


@few(100)
@given(st.binary(max_size=300))
def test_whatever_a_scanner_says_only_its_own_words_mean_clean(answer: bytes) -> None:
    found = _understood(answer)
    assert (found.verdict is ScanVerdict.CLEAN) == (answer == b"stream: OK")
