"""A disk that is full refuses clearly, breaks nothing, and all goes on once there is room again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures.installation import ROOT

_IN_SMALL = 'mount -t tmpfs -o size=24m tmpfs "$1" && exec "$2" -m tests.failures.disk_full "$1" "$3"'


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path, spec_folder: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    apart = ["unshare", "--mount", "--map-root-user"]
    mount = subprocess.run(
        [*apart, "mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mount.returncode:
        why = mount.stderr.strip()
        pytest.skip(
            f"no full disk was tried: this machine lets nobody mount a file system of their own: {why}"
        )
    command = [*apart, "sh", "-c", _IN_SMALL, "sh", str(place), sys.executable, str(spec_folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    passing = [503, "temporarily_unavailable"]
    assert told["before"] == [201, ""]
    assert (told["full: upload"], told["full: deposit"]) == (passing, passing)
    assert told["full: page"] == 200, "who only looks is served"
    assert told["full: reading"] == "disk", "and no reading is given up for it"
    assert told["full: half-written"] == 0
    assert (told["after: upload"], told["after: deposit"]) == ([201, ""], [200, ""])
    assert (told["papers"], told["deposited"]) == (2, 1), "each once, under the keys of before"
    assert (told["integrity"], told["foreign keys"]) == ("ok", 0)
