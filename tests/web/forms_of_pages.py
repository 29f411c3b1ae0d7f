"""The forms of a page as a browser sees them: where they are sent, and what their boxes hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Box:
    """One box of a form: its name, its kind, what it holds, and for choices what there is to choose."""

    name: str
    kind: str
    value: str
    chosen: bool = False
    offered: list[str] = field(default_factory=list)
    inside: tuple[str, ...] = ()


@dataclass
class PostedForm:
    """One form that is posted."""

    action: str
    boxes: list[Box] = field(default_factory=list)
    id: str = ""

    def held(self) -> dict[str, list[str]]:
        """What would be sent if its button were pressed now, without its proof."""
        found: dict[str, list[str]] = {}
        for one in self.boxes:
            if one.chosen or one.kind not in ("checkbox", "radio"):
                found.setdefault(one.name, []).append(one.value)
        return found


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[PostedForm] = []
        self.strays: list[tuple[str, Box]] = []
        self.inside: PostedForm | None = None
        self.box: Box | None = None
        self.area = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = None
            if said.get("method", "").lower() == "post":
                self.inside = PostedForm(said.get("action") or self.path, id=said.get("id", ""))
                self.forms.append(self.inside)
        elif tag == "option" and self.box is not None:
            self.box.offered.append(said.get("value", ""))
            if "selected" in said or len(self.box.offered) == 1:
                self.box.value = said.get("value", "")
        elif tag in ("input", "select", "textarea"):
            kind = said.get("type", "text") if tag == "input" else tag
            ticked = "checked" in said
            box = Box(
                said.get("name", ""), kind, said.get("value", "on" if kind == "checkbox" else ""), ticked
            )
            self.area, self.box = tag == "textarea", box if tag != "input" else None
            if said.get("form"):
                self.strays.append((said["form"], box))
            elif self.inside is not None:
                self.inside.boxes.append(box)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag in ("select", "textarea"):
            if self.area and self.box is not None:
                self.box.value = self.box.value.removeprefix("\n")
            self.area, self.box = False, None

    def handle_data(self, data: str) -> None:
        if self.area and self.box is not None:
            self.box.value += data


def forms_of(html: str, path: str) -> list[PostedForm]:
    """The forms of the page at ``path`` that are posted, with boxes that stand outside of them."""
    reader = _Reader(path)
    reader.feed(html)
    named = {one.id: one for one in reader.forms if one.id}
    for owner, box in reader.strays:
        if owner in named:
            named[owner].boxes.append(box)
    return reader.forms
