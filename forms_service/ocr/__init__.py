"""Reads answers from scans and photos of printed forms, and facts from attachments."""

from __future__ import annotations

import os

# More OpenMP threads than cores made Tesseract six times slower; the limit is only read once,
# when the library loads, so it stands here, before any module of the package imports it.
os.environ["OMP_THREAD_LIMIT"] = "1"

# From 1.31 on onnxruntime sends records of its use to its maker, with a number for the machine it keeps in the
# home folder, unless this stands in the environment when it loads.  What people bring concerns nobody else.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
