"""The course of every form that declares none of its own, read from ``standard_flow.yaml`` beside it."""

from __future__ import annotations

import pkgutil
from functools import cache

from core.construct_reader import ConstructReader
from core.errors import SpecErrors
from core.flow import Flow
from core.flow_parser import build_flow
from core.yaml_source import load_yaml

STANDARD_FILE = "standard_flow.yaml"


@cache
def standard_flow() -> Flow:
    """The standard course.

    Raises:
        SpecErrors: Its file is wrong.
    """
    text = (pkgutil.get_data("core", STANDARD_FILE) or b"").decode("utf-8")
    root, errors = load_yaml(text, STANDARD_FILE)
    flow = ConstructReader(STANDARD_FILE, errors).construct("flow", root) if root is not None else None
    if flow is None or errors:
        raise SpecErrors(errors)
    return build_flow(flow, lambda _construct, _part: None)
