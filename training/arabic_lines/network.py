"""The recogniser: convolutions down to one row of columns, then along the line; no recurrence."""

from __future__ import annotations

import torch
from torch import nn

from forms_service.ocr import arabic_lines, latin_lines

CHARACTERS_OF = {"arabic": arabic_lines.CHARACTERS, "latin": latin_lines.CHARACTERS}
"""What each script's recogniser tells apart."""

COLUMN_PX = 2
"""Pixels of the line that one column of scores stands for."""

WIDTH = 160


def stage(inside: int, outside: int, stride: tuple[int, int] = (1, 1), size: int = 3) -> nn.Sequential:
    """One convolution with its normalisation."""
    convolution = nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outside), nn.ReLU())


class Along(nn.Module):
    """Looks to both sides along the line."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(WIDTH, WIDTH, 5, padding=2 * dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Columns with what stands beside them."""
        return columns + torch.relu(self.norm(self.convolution(columns)))


class LineNetwork(nn.Module):
    """Pictures (N, 1, 40, W) to log-probabilities (N, W / 2, characters and the blank before them)."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.rows = nn.Sequential(
            stage(1, 24, (2, 2), 5),
            stage(24, 48, (2, 1)),
            stage(48, 64),
            stage(64, 96, (2, 1)),
            stage(96, 96),
        )
        self.column = nn.Sequential(
            nn.Conv2d(96, WIDTH, (5, 1), bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )
        self.along = nn.Sequential(Along(1), Along(2), Along(4), nn.Dropout(0.1), Along(1))
        self.scores = nn.Conv1d(WIDTH, characters + 1, 1)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        """See the class."""
        columns = self.column(self.rows(lines)).squeeze(2)
        return self.scores(self.along(columns)).permute(0, 2, 1).float().log_softmax(-1)
