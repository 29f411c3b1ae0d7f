"""The child process of ``page_text``: limits itself, reads one PNG from stdin, answers in JSON."""

from __future__ import annotations

import io
import json
import resource
import sys


def _limit(memory_mb: int, seconds: int) -> None:
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _words(data: dict) -> list[dict]:
    words = []
    for index, text in enumerate(data["text"]):
        confidence = float(data["conf"][index])
        if confidence < 0 or not text.strip():
            continue
        words.append(
            {
                "text": text.strip(),
                "confidence": confidence / 100,
                "line": [data[key][index] for key in ("block_num", "par_num", "line_num")],
                **{key: data[key][index] for key in ("left", "top", "width", "height")},
            }
        )
    return words


def main() -> None:
    """Read the page on stdin and write its words to stdout."""
    languages, mode, memory_mb, seconds = sys.argv[1:5]
    page = sys.stdin.buffer.read()
    _limit(int(memory_mb), int(seconds))

    import pytesseract
    from PIL import Image

    from forms_service.ocr.engine import tessdata_directory

    with Image.open(io.BytesIO(page), formats=("PNG",)) as image:
        data = pytesseract.image_to_data(
            image,
            lang=languages,
            config=f'--psm {mode} --tessdata-dir "{tessdata_directory()}"',
            output_type=pytesseract.Output.DICT,
        )
    json.dump(_words(data), sys.stdout)


if __name__ == "__main__":
    main()
