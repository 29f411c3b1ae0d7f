"""Files as programs send them, in the manner of a browser's form."""

from __future__ import annotations

from typing import Annotated

from apiflask.fields import UploadFile
from pydantic import ConfigDict, Field, StringConstraints

from forms_service.web.api.shapes import LONGEST_ID, MOST_ROWS, Asked, Flag, Spelled

_NO_NUL = r"^[^\x00]*$"
_Type = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID, pattern=_NO_NUL)]


class ReceiptFile(Asked):
    """The file of a receipt."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    file: UploadFile


class PaperFile(Asked):
    """One paper: what it is said to be (``form`` for pages of the form itself), and whose."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    file: UploadFile
    type: _Type | None = None
    child: Annotated[int, Field(ge=1, le=MOST_ROWS), Spelled] | None = None


class MissingPaper(Asked):
    """One paper that a deposited dossier lacks: its type is one of those the receipt lists as missing."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    file: UploadFile
    type: _Type
    child: Annotated[int, Field(ge=1, le=MOST_ROWS), Spelled] | None = None


class StackFiles(Asked):
    """A stack of scans; ``by_position``: sheets without a code belong to the form before them."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    files: list[UploadFile] = Field(min_length=1, max_length=50)
    by_position: Flag = False
