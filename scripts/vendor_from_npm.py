"""Fetch the npm files that the tests carry, in the versions and with the checksums pinned here.

    .venv/bin/python scripts/vendor_from_npm.py [pdfjs-dist | axe-core]

Needs npm.  Nothing of them is part of the service: the tests open our papers with pdf.js and examine
our pages with axe-core.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

THIRD_PARTY = Path(__file__).resolve().parents[1] / "tests" / "third_party"


@dataclass(frozen=True, slots=True)
class Carried:
    """One package of which the tests carry files."""

    version: str
    sha512: str
    folder: str
    files: tuple[str, ...]


PACKAGES = {
    "pdfjs-dist": Carried(
        "5.7.284",
        "h4EdYQczmGhbOlqc3PPZwxevn7ApdWPbovAuWXOB/DjIyigSnwfy2oze7c6mRcSr9XgLp3eN3EeL4DyySTPMFw==",
        "pdfjs",
        (
            "LICENSE",
            "build/pdf.min.mjs",
            "build/pdf.worker.min.mjs",
            "web/pdf_viewer.css",
            "web/pdf_viewer.mjs",
        ),
    ),
    "axe-core": Carried(
        "4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        "axe",
        ("LICENSE", "LICENSE-3RD-PARTY.txt", "axe.min.js"),
    ),
}


def main() -> None:
    """Fetch, check and write the files."""
    for name in sys.argv[1:] or PACKAGES:
        fetch(name, PACKAGES[name])


def fetch(name: str, carried: Carried) -> None:
    """Write the files of one package, if it is the one pinned."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{name}@{carried.version}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")
        if found != carried.sha512:
            raise SystemExit(f"{name} is not the one pinned: its SHA-512 is {found}. Nothing was changed.")
        target = THIRD_PARTY / carried.folder
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as package:
            for path in carried.files:
                member = package.extractfile(f"package/{path}")
                if member is None:
                    raise SystemExit(f"{name} has no file {path}.")
                (target / Path(path).name).write_bytes(member.read())
                print(f"{target.name}/{Path(path).name}: written")


if __name__ == "__main__":
    main()
