"""Reading keeps to itself: the runtime of our recognisers neither records nor reports its use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ_A_LINE = """
import os
import numpy as np
from forms_service.ocr.arabic_lines import read_line

page = np.full((48, 200), 255, np.uint8)
page[20:28, 40:160] = 0
read_line(page)
print(len(os.listdir("/proc/self/task")))
"""


def test_reading_a_line_writes_nothing_at_home_and_starts_no_thread(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    environment |= {"HOME": str(tmp_path), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", READ_A_LINE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["1"]
    assert list(tmp_path.iterdir()) == []
