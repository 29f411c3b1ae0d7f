"""Figures of several processes: of one that ended, what it counted stays and what it was in the middle of does not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from forms_service.metrics import SHARED_FOLDER, exposition


def counted_by(pid: int, folder: Path, kind: str, name: str) -> None:
    """As the library keeps what a process counts."""
    kept = MmapedDict(str(folder / f"{kind}_{pid}.db"))
    kept.write_value(mmap_key(name, name, [], [], "…"), 1.0, 0.0)
    kept.close()


def test_a_process_that_was_ended_is_forgotten_though_nobody_told_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    for pid in (ended.pid, os.getpid()):
        counted_by(pid, tmp_path, "gauge_livesum", "forms_requests_in_progress")
        counted_by(pid, tmp_path, "counter", "forms_deposits")
        (tmp_path / f"process-web-{pid}").touch()
    monkeypatch.setenv(SHARED_FOLDER, str(tmp_path))
    told = exposition().decode().splitlines()
    assert "forms_requests_in_progress 1.0" in told
    assert "forms_deposits_total 2.0" in told or "forms_deposits 2.0" in told
    assert [path.name for path in tmp_path.glob("process-*")] == [f"process-web-{os.getpid()}"]
