"""The recogniser: convolutions down to one row of columns, then along the line; no recurrence."""

from __future__ import annotations

import torch
from torch import nn

from forms_service.ocr import arabic_lines, latin_lines

CHARACTERS_OF = {"arabic": arabic_lines.CHARACTERS, "latin": latin_lines.CHARACTERS}
"""What each script's recogniser tells apart."""

COLUMN_PX = 2
"""Pixels of the line that one column of scores stands for."""

CHANNELS_OF = {"arabic": (24, 48, 64, 96, 160), "latin": (16, 32, 48, 64, 128)}
"""How wide the stages are: Latin letters neither join nor stack, so that half the work reads them."""


def stage(inside: int, outside: int, stride: tuple[int, int] = (1, 1), size: int = 3) -> nn.Sequential:
    """One convolution with its normalisation."""
    convolution = nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outside), nn.ReLU())


class Along(nn.Module):
    """Looks to both sides along the line."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Columns with what stands beside them."""
        return columns + torch.relu(self.norm(self.convolution(columns)))


class LineNetwork(nn.Module):
    """Pictures (N, 1, 40, W) to log-probabilities (N, W / 2, characters and the blank before them)."""

    def __init__(self, script: str) -> None:
        super().__init__()
        first, second, third, fourth, width = CHANNELS_OF[script]
        self.rows = nn.Sequential(
            stage(1, first, (2, 2), 5),
            stage(first, second, (2, 1)),
            stage(second, third),
            stage(third, fourth, (2, 1)),
            stage(fourth, fourth),
        )
        self.column = nn.Sequential(
            nn.Conv2d(fourth, width, (5, 1), bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.along = nn.Sequential(
            Along(width, 1), Along(width, 2), Along(width, 4), nn.Dropout(0.1), Along(width, 1)
        )
        self.scores = nn.Conv1d(width, len(CHARACTERS_OF[script]) + 1, 1)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        """See the class."""
        columns = self.column(self.rows(lines)).squeeze(2)
        return self.scores(self.along(columns)).permute(0, 2, 1).float().log_softmax(-1)
