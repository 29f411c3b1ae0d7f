"""Recognises the characters of one cleaned line: one protocol, and a register of engines.

Readers never name an engine; ``text_engine()`` gives the one in use, chosen by ``FORMS_TEXT_ENGINE``.
The usual one keeps its models loaded, which is what makes reading by crops fast.
"""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

import forms_service.ocr  # noqa: F401  sets OMP_THREAD_LIMIT before the engine's library loads
from core.errors import MissingTool
from core.localized_text import LocalizedText

DEFAULT_ENGINE = "tesserocr"

_MISSING_LANGUAGE = LocalizedText(
    ar="حزمة اللغة «{language}» لبرنامج Tesseract غير مثبتة."
    " يثبتها الأمر: apt-get install tesseract-ocr-{language}",
    fr="La langue « {language} » de Tesseract n'est pas installée. "
    "Installez-la par : apt-get install tesseract-ocr-{language}",
)
_UNKNOWN_ENGINE = LocalizedText(
    ar="برنامج القراءة «{name}» غير معروف (FORMS_TEXT_ENGINE). البرامج المتوفرة: {known}.",
    fr="Le moteur de lecture « {name} » n'est pas connu (FORMS_TEXT_ENGINE). Moteurs disponibles : {known}.",
)


class LineMode(IntEnum):
    """What the image holds; the numbers are Tesseract's page segmentation modes."""

    PAGE = 3
    BLOCK = 6
    LINE = 7
    WORD = 8
    RAW_LINE = 13


@dataclass(frozen=True, slots=True)
class TextReading:
    """Characters as one engine saw them, with its own confidence (0.0 to 1.0)."""

    text: str
    confidence: float


class TextEngine(Protocol):
    """What a recogniser must do to read crops."""

    name: str

    def read(
        self, image: np.ndarray, language: str, mode: LineMode = LineMode.LINE, charset: str | None = None
    ) -> TextReading:
        """Read a gray image (dark on light) in ``language``, giving back only ``charset`` if set."""


@cache
def tessdata_directory() -> Path:
    """The folder of language models: ``TESSDATA_PREFIX``, else Debian's.

    Raises:
        MissingTool: There is none.
    """
    configured = os.environ.get("TESSDATA_PREFIX")
    candidates = [Path(configured), Path(configured) / "tessdata"] if configured else []
    candidates += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    for candidate in candidates:
        if any(candidate.glob("*.traineddata")):
            return candidate
    raise MissingTool(_MISSING_LANGUAGE.fill(language="ara"), code="missing_language")


def require_language(language: str) -> None:
    """Make sure that a model is installed before work that needs it begins.

    Raises:
        MissingTool: It is not; the message names the command that installs it.
    """
    if not (tessdata_directory() / f"{language}.traineddata").is_file():
        raise MissingTool(_MISSING_LANGUAGE.fill(language=language), code="missing_language")


class TesserocrEngine:
    """Tesseract inside this process, one loaded model per language; for one thread only."""

    name = "tesseract"

    def __init__(self) -> None:
        self._models: dict[str, object] = {}
        self._settings: dict[str, tuple[LineMode, str]] = {}

    def read(
        self, image: np.ndarray, language: str, mode: LineMode = LineMode.LINE, charset: str | None = None
    ) -> TextReading:
        """See ``TextEngine.read``."""
        model = self._model(language)
        self._set(model, language, mode, charset or "")
        gray = np.ascontiguousarray(image, dtype=np.uint8)
        height, width = gray.shape
        model.SetImageBytes(gray.tobytes(), width, height, 1, width)
        model.SetSourceResolution(300)
        text = model.GetUTF8Text().strip()
        confidence = model.MeanTextConf() / 100 if text else 0.0
        return TextReading(text, confidence)

    def _model(self, language: str):
        if language not in self._models:
            from tesserocr import OEM, PyTessBaseAPI

            require_language(language)
            self._models[language] = PyTessBaseAPI(
                path=str(tessdata_directory()), lang=language, oem=OEM.LSTM_ONLY
            )
            self._settings.pop(language, None)
        return self._models[language]

    def _set(self, model, language: str, mode: LineMode, charset: str) -> None:
        if self._settings.get(language) == (mode, charset):
            return
        model.SetPageSegMode(int(mode))
        model.SetVariable("tessedit_char_whitelist", charset)
        self._settings[language] = (mode, charset)


class PytesseractEngine:
    """Debian's ``tesseract`` program, started anew for every crop: ten times slower, but it takes nothing along.

    A crop that makes the program crash or hang is tried once more, then read as nothing.
    """

    name = "pytesseract"

    def read(
        self, image: np.ndarray, language: str, mode: LineMode = LineMode.LINE, charset: str | None = None
    ) -> TextReading:
        """See ``TextEngine.read``."""
        require_language(language)
        options = [
            f"--psm {int(mode)} --oem 1 --dpi 300 --tessdata-dir {shlex.quote(str(tessdata_directory()))}"
        ]
        if charset:
            options.append("-c " + shlex.quote(f"tessedit_char_whitelist={charset}"))
        for _ in range(2):
            if (seen := self._words(image, language, " ".join(options))) is not None:
                text = " ".join(word for word, _ in seen)
                return TextReading(text, sum(sure for _, sure in seen) / len(seen) / 100 if seen else 0.0)
        return TextReading("", 0.0)

    def _words(self, image: np.ndarray, language: str, options: str) -> list[tuple[str, float]] | None:
        import pytesseract
        from PIL import Image

        picture = Image.fromarray(np.ascontiguousarray(image, dtype=np.uint8))
        try:
            seen = pytesseract.image_to_data(
                picture, language, options, output_type=pytesseract.Output.DICT, timeout=CROP_SECONDS
            )
        except (RuntimeError, OSError):  # pytesseract's errors are runtime errors, a timeout too
            return None
        pairs = zip(seen["text"], seen["conf"], strict=True)
        return [(word.strip(), float(sure)) for word, sure in pairs if word.strip() and float(sure) >= 0]


CROP_SECONDS = 20
"""What one crop may take before its program is ended."""

ENGINES: dict[str, Callable[[], TextEngine]] = {
    "tesserocr": TesserocrEngine,
    "pytesseract": PytesseractEngine,
}
"""Every engine a deployment may choose, by name; whoever has another registers it here."""

_local = threading.local()


def chosen_engine() -> str:
    """The name of the engine this deployment reads with: ``FORMS_TEXT_ENGINE``, or the usual one.

    Raises:
        MissingTool: No engine of that name is registered.
    """
    name = os.environ.get("FORMS_TEXT_ENGINE", "").strip() or DEFAULT_ENGINE
    if name not in ENGINES:
        known = ", ".join(sorted(ENGINES))
        raise MissingTool(_UNKNOWN_ENGINE.fill(name=name, known=known), code="unknown_engine")
    return name


def text_engine(name: str | None = None) -> TextEngine:
    """Give this thread's engine of that name, or the chosen one; loaded once and kept.

    Raises:
        KeyError: No such engine is registered.
        MissingTool: The one that was chosen is not.
    """
    name = name or _local.__dict__.get("instead") or chosen_engine()
    loaded = _local.__dict__.setdefault("engines", {})
    if name not in loaded:
        loaded[name] = ENGINES[name]()
    return loaded[name]


@contextmanager
def reading_with(name: str | None) -> Iterator[None]:
    """Let everything this thread reads within the block be read by another engine; None changes nothing."""
    before = _local.__dict__.get("instead")
    _local.instead = name or before
    try:
        yield
    finally:
        _local.instead = before
