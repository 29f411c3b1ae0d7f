"""Reads answers from scans and photos of printed forms, and facts from attachments."""

from __future__ import annotations

import os

# More OpenMP threads than cores made Tesseract six times slower; the limit is only read once,
# when the library loads, so it stands here, before any module of the package imports it.
os.environ["OMP_THREAD_LIMIT"] = "1"
