"""Fetch the files of pdf.js that the tests carry, in the version and with the checksum pinned here.

    .venv/bin/python scripts/vendor_pdfjs.py

Needs npm.  Nothing of pdf.js is part of the service: the tests open our papers with it.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.7.284"
SHA512 = "h4EdYQczmGhbOlqc3PPZwxevn7ApdWPbovAuWXOB/DjIyigSnwfy2oze7c6mRcSr9XgLp3eN3EeL4DyySTPMFw=="
TARGET = Path(__file__).resolve().parents[1] / "tests" / "third_party" / "pdfjs"
FILES = [
    "LICENSE",
    "build/pdf.min.mjs",
    "build/pdf.worker.min.mjs",
    "web/pdf_viewer.css",
    "web/pdf_viewer.mjs",
]


def main() -> None:
    """Fetch, check and write the files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", f"pdfjs-dist@{VERSION}"], cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")
        if found != SHA512:
            raise SystemExit(
                f"The package is not the one pinned: its SHA-512 is {found}. Nothing was changed."
            )
        TARGET.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as package:
            for path in FILES:
                member = package.extractfile(f"package/{path}")
                if member is None:
                    raise SystemExit(f"The package has no file {path}.")
                (TARGET / Path(path).name).write_bytes(member.read())
                print(f"{path}: written")


if __name__ == "__main__":
    main()
