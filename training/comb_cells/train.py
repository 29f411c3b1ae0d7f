"""Trains the reader of comb cells and writes it as the ONNX file the service loads.

    python -m training.comb_cells.train SHARDS HELD_OUT.npz forms_service/ocr/models --epochs 12

Needs ``torch`` and ``onnx`` besides the service's own packages.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

SIDE_PX, CLASSES = 32, 37


def network() -> nn.Module:
    """Three convolutions, two layers over them: 0.2 million parameters."""

    def block(given: int, made: int) -> list[nn.Module]:
        return [nn.Conv2d(given, made, 3, padding=1), nn.BatchNorm2d(made), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(1, 20),
        *block(20, 40),
        *block(40, 64),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(64 * 16, 160),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Linear(160, CLASSES),
    )


def main() -> None:
    """Train, say how well the held-out cells are read, export."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("shards", type=Path)
    wanted.add_argument("held_out", type=Path)
    wanted.add_argument("target", type=Path)
    wanted.add_argument("--epochs", type=int, default=12)
    given = wanted.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    parts = [np.load(path) for path in sorted(given.shards.glob("*.npz"))]
    cells = torch.from_numpy(np.concatenate([part["cells"] for part in parts]))[:, None]
    labels = torch.from_numpy(np.concatenate([part["labels"] for part in parts])).long()
    held = np.load(given.held_out)
    held_cells, held_labels = (
        torch.from_numpy(held["cells"])[:, None].float() / 255,
        torch.from_numpy(held["labels"]).long(),
    )
    model = network()
    batch, steps = 128, given.epochs * (len(cells) // 128)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps + 1)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    for epoch in range(given.epochs):
        model.train()
        total = 0.0
        for places in torch.randperm(len(cells))[: len(cells) // batch * batch].split(batch):
            optimiser.zero_grad()
            loss = loss_of(model(cells[places].float() / 255), labels[places])
            loss.backward()
            optimiser.step()
            pace.step()
            total += float(loss)
        model.eval()
        with torch.no_grad():
            right = (
                torch.cat([model(part) for part in held_cells.split(1000)]).argmax(1) == held_labels
            ).float()
        print(
            f"epoch {epoch + 1}: loss {total / (len(cells) // batch):.4f}, held out {right.mean():.4%}",
            flush=True,
        )
    path = given.target / "comb_cells.onnx"
    torch.onnx.export(
        model,
        (torch.zeros(1, 1, SIDE_PX, SIDE_PX),),
        str(path),
        input_names=["cells"],
        output_names=["scores"],
        dynamic_axes={"cells": {0: "count"}, "scores": {0: "count"}},
        opset_version=17,
        dynamo=False,
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (given.target / "comb_cells.sha256").write_text(f"{digest}  {path.name}\n")
    print(path.stat().st_size, digest)


if __name__ == "__main__":
    main()
