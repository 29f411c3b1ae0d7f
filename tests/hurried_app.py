"""What gunicorn serves in the tests of slow clients: the real worker with hardly any patience."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from forms_service import slow_clients

slow_clients.HEADER_SECONDS = 0.3
slow_clients.GRACE_SECONDS, slow_clients.LEAST_BYTES_PER_SECOND = 0.4, 20_000
slow_clients.HURRIED_GRACE_SECONDS = 0.2
slow_clients._LOOKED_AGAIN_AFTER_S = 0.1


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Say how much arrived; at an address that is a number, answer with as many bytes."""
    size = len(environ["wsgi.input"].read())
    asked = environ["PATH_INFO"].strip("/")
    if asked:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", asked)])
        if environ["QUERY_STRING"] != "file":
            return [bytes(int(asked))]
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it
        file.truncate(int(asked))
        return environ["wsgi.file_wrapper"](file)  # type: ignore[no-any-return]
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Size", str(size))])
    return [str(size).encode()]
