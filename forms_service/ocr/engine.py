"""Recognises the characters of one cleaned line: one protocol, and a register of engines.

Readers never name an engine; ``text_engine()`` gives the one in use.  An engine keeps its models
loaded, which is what makes reading by crops fast.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
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


class LineMode(IntEnum):
    """What the image holds; the numbers are Tesseract's page segmentation modes."""

    PAGE = 3
    BLOCK = 6
    LINE = 7
    WORD = 8
    CHARACTER = 10
    SPARSE = 11
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


ENGINES: Mapping[str, Callable[[], TextEngine]] = {"tesserocr": TesserocrEngine}
"""Every engine a deployment may choose, by name."""

_local = threading.local()


def text_engine(name: str = DEFAULT_ENGINE) -> TextEngine:
    """Give this thread's engine of that name, loaded once and kept.

    Raises:
        KeyError: No such engine is registered.
    """
    loaded = _local.__dict__.setdefault("engines", {})
    if name not in loaded:
        loaded[name] = ENGINES[name]()
    return loaded[name]
