"""What one reading may use; apart from the settings, for the processes that open uploads load nothing else."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one reading may use before it is stopped; the paper is kept in any case."""

    wall_seconds: float = 240.0
    page_seconds: int = 90
    cpu_seconds: int = 120
    memory_bytes: int = 4096 * MEBIBYTE
    output_bytes: int = 256 * MEBIBYTE

    @property
    def longest_work_s(self) -> int:
        """How long the longest job may take, with all the readings it tries again."""
        return round(4 * self.wall_seconds)
