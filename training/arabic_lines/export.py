"""Writes trained weights as the ONNX file the service loads, and what a reader of it must know.

python -m training.arabic_lines.export arabic WEIGHTS forms_service/ocr/models
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch

from forms_service.ocr.line_network import LINE_HEIGHT_PX
from training.arabic_lines.network import CHARACTERS_OF, LineNetwork


def main() -> None:
    """Export and record the hash."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("script", choices=CHARACTERS_OF)
    wanted.add_argument("weights", type=Path)
    wanted.add_argument("target", type=Path)
    given = wanted.parse_args()
    network = LineNetwork(given.script)
    network.load_state_dict(torch.load(given.weights))
    network.eval()
    model = given.target / f"{given.script}_lines.onnx"
    torch.onnx.export(
        network,
        (torch.zeros(1, 1, LINE_HEIGHT_PX, 160),),
        str(model),
        input_names=["lines"],
        output_names=["scores"],
        dynamic_axes={"lines": {3: "width"}, "scores": {1: "columns"}},
        opset_version=17,
        dynamo=False,
    )
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    (given.target / f"{given.script}_lines.sha256").write_text(f"{digest}  {model.name}\n")
    print(model.stat().st_size, digest)


if __name__ == "__main__":
    main()
