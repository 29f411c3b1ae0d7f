from __future__ import annotations

import socket

import pytest

from core.errors import FormsError
from forms_service.serving import require_free


def test_a_taken_address_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FormsError) as caught:
            require_free("127.0.0.1", taken.getsockname()[1])
    said = caught.value.message
    assert "n'est pas disponible" in said.fr and "غير متاح" in said.ar
    assert "--port" in said.fr and "--port" in said.ar
