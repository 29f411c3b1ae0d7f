"""A recogniser's file that is not the measured one reads nothing, and the person is told which file it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import DamagedModel
from forms_service.ocr import arabic_lines, cell_reader, latin_lines
from forms_service.ocr.line_network import session

MODELS = (arabic_lines.MODEL, latin_lines.MODEL, cell_reader.MODEL)


def _copied(model: Path, folder: Path) -> Path:
    for path in (model, model.with_suffix(".sha256")):
        shutil.copy(path, folder)
    return folder / model.name


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_of_which_one_byte_differs_is_refused_by_name(model: Path, tmp_path: Path) -> None:
    copy = _copied(model, tmp_path)
    weights = bytearray(copy.read_bytes())
    weights[len(weights) // 2] ^= 1
    copy.write_bytes(weights)
    with pytest.raises(DamagedModel) as refused:
        session(copy)
    assert refused.value.code == "damaged_model"
    assert copy.name in refused.value.message.ar and copy.name in refused.value.message.fr


@pytest.mark.parametrize("missing", [".onnx", ".sha256"])
def test_a_model_that_lacks_its_weights_or_its_digest_is_refused(missing: str, tmp_path: Path) -> None:
    copy = _copied(cell_reader.MODEL, tmp_path)
    copy.with_suffix(missing).unlink()
    with pytest.raises(DamagedModel):
        session(copy)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_the_shipped_models_load(model: Path, tmp_path: Path) -> None:
    assert session(_copied(model, tmp_path)).get_inputs()
