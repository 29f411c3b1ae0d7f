"""Reads a whole page nobody knows the layout of, without putting the caller at risk.

The recogniser runs in a child process of its own, with a wall-clock limit and a memory limit: a
page that makes it hang or swell costs that page a retry, then a refusal, and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.ocr.engine import LineMode, require_language, tessdata_directory

WALL_LIMIT_S = 30.0
MEMORY_LIMIT_MB = 900
_CHILD = Path(__file__).with_name("page_text_child.py")

_GIVEN_UP = LocalizedText(
    ar="تعذرت القراءة الآلية لهذه الصفحة في الوقت المحدد. الملف محفوظ وسيطلع عليه أحد الموظفين.",
    fr="La lecture automatique de cette page n'a pas abouti à temps. "
    "Le fichier est conservé ; un agent le lira.",
)


@dataclass(frozen=True, slots=True)
class PageWord:
    """One word of a page, with its place in that page's pixels."""

    text: str
    confidence: float
    line: tuple[int, int, int]
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageText:
    """Everything the recogniser saw on a page, in reading order."""

    words: tuple[PageWord, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The text line by line."""
        rows: dict[tuple[int, int, int], list[str]] = {}
        for word in self.words:
            rows.setdefault(word.line, []).append(word.text)
        return tuple(" ".join(row) for row in rows.values())

    @property
    def text(self) -> str:
        """The whole text, one line per line."""
        return "\n".join(self.lines)


def read_page_text(
    pixels: np.ndarray,
    languages: tuple[str, ...] = ("fra",),
    mode: LineMode = LineMode.PAGE,
    wall_limit_s: float = WALL_LIMIT_S,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
) -> PageText:
    """Read a gray page in the given languages, within the limits; one that fails is tried once more.

    Raises:
        UnreadableDocument: The recogniser hung, crashed or wanted too much memory, twice.
        MissingTool: A language is not installed.
    """
    for language in languages:
        require_language(language)
    try:
        return _read_once(pixels, languages, mode, wall_limit_s, memory_limit_mb)
    except UnreadableDocument:
        return _read_once(pixels, languages, mode, wall_limit_s, memory_limit_mb)


def _read_once(
    pixels: np.ndarray, languages: tuple[str, ...], mode: LineMode, wall_limit_s: float, memory_limit_mb: int
) -> PageText:
    command = [sys.executable, "-I", "-S", str(_CHILD), "+".join(languages), str(int(mode))]
    command += [str(tessdata_directory()), str(memory_limit_mb), str(int(wall_limit_s) + 1)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    try:
        answer, _ = child.communicate(_as_png(pixels), timeout=wall_limit_s)
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(_GIVEN_UP, code="reading_timed_out") from error
    finally:
        _end(child)
    if child.returncode != 0:
        raise UnreadableDocument(_GIVEN_UP, code="reading_failed")
    return _text_of(answer.decode(errors="replace"), whole_percents=True)


def read_page_text_here(pixels: np.ndarray, language: str = "fra") -> PageText:
    """Read a gray page in this very process, in a third of the time.

    Only for a process that is itself limited and may be ended at any moment.
    """
    model = _model_here(language)
    gray = np.ascontiguousarray(pixels, dtype=np.uint8)
    height, width = gray.shape
    model.SetImageBytes(gray.tobytes(), width, height, 1, width)
    model.SetSourceResolution(200)
    return _text_of(model.GetTSVText(0))


@cache
def _model_here(language: str) -> Any:
    from tesserocr import OEM, PyTessBaseAPI

    require_language(language)
    return PyTessBaseAPI(
        path=str(tessdata_directory()), lang=language, oem=OEM.LSTM_ONLY, psm=int(LineMode.PAGE)
    )


def load_here(language: str = "fra") -> None:
    """Load the model that ``read_page_text_here`` needs, before anybody waits for it."""
    _model_here(language)


def _text_of(table: str, *, whole_percents: bool = False) -> PageText:
    """The words of the recogniser's table.

    Args:
        whole_percents: Cut confidences off to whole ones, as those were that later steps were calibrated on.
    """
    rows = (row.split("\t") for row in table.split("\n"))
    words = (_word_of_row(row) for row in rows if len(row) == 12 and row[0] == _WORD and row[11].strip())
    if whole_percents:
        words = (replace(word, confidence=int(word.confidence * 100 + 1e-6) / 100) for word in words)
    return PageText(tuple(words))


_WORD = "5"
"""Level of the rows that are words."""


def _word_of_row(row: list[str]) -> PageWord:
    """One row of the recogniser's table: level, page, block, paragraph, line, word, box, confidence, text."""
    block, paragraph, line = (int(value) for value in row[2:5])
    left, top, width, height = (int(value) for value in row[6:10])
    return PageWord(
        row[11].strip(), max(float(row[10]), 0.0) / 100, (block, paragraph, line), left, top, width, height
    )


def _end(child: subprocess.Popen) -> None:
    """Stop the child and whatever it started: the recogniser is its child in turn."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _as_png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
