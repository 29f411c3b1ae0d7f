"""Finds and versions the form specs on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from core.document_types import DocumentTypes, parse_document_types
from core.errors import SpecError, SpecErrors, UnknownForm
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.privacy import PrivacyTerms
from core.privacy_parser import parse_privacy_terms
from core.shared_blocks import SharedBlock, names_shared_block, parse_shared_block
from core.shared_parameters import SharedParameters, parse_shared_parameters
from core.spec_parser import ParsedSpec, parse_spec_with_places

_MOST_NAMED = 6
"""References named to whoever mistyped one: there are too many forms to list."""


def default_directory() -> Path:
    """Where the published specs lie: beside the package, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parent.parent / "form_specs"


SHARED = "shared"
"""The folder of the blocks that forms share, beside the folders of the forms."""

PRIVACY = "privacy.yaml"
"""What forms say of people's data in common, beside the folders of the forms."""


@dataclass(frozen=True)
class SpecCatalogue:
    """Every published version of every form."""

    specs: Mapping[tuple[str, int], FormSpec] = field(default_factory=dict)
    types: DocumentTypes = field(default_factory=DocumentTypes)
    parameters: SharedParameters = field(default_factory=SharedParameters)

    @staticmethod
    def when_asked(directory: Path | None = None) -> SpecCatalogue:
        """The catalogue of a folder that ``load`` found sound: each form is read when it is asked for.

        For processes that need one form and end: reading all takes longer than what they are there for.

        Raises:
            SpecErrors: As ``load``, when the form that is wrong is asked for.
        """
        directory = directory or default_directory()
        return SpecCatalogue(
            _SpecsWhenAsked(directory), load_document_types(directory), load_shared_parameters(directory)
        )

    @property
    def of_their_own(self) -> list[tuple[str, int]]:
        """The forms and versions that are not made of shared blocks: their pages are like no others."""
        if isinstance(self.specs, _SpecsWhenAsked):
            return self.specs.of_their_own()
        return sorted(known for known, spec in self.specs.items() if not spec.shared_blocks)

    @staticmethod
    def load(directory: Path | None = None) -> SpecCatalogue:
        """Read ``<form_id>/v<N>.yaml`` and ``document_types.yaml`` of a folder.

        Raises:
            SpecErrors: Every problem of every file.
        """
        directory = directory or default_directory()
        errors: list[SpecError] = []
        types = DocumentTypes()
        try:
            types = load_document_types(directory)
        except SpecErrors as problems:
            errors += problems.errors
        shared = SharedParameters()
        try:
            shared = load_shared_parameters(directory)
        except SpecErrors as problems:
            errors += problems.errors
        terms = PrivacyTerms()
        try:
            terms = load_privacy_terms(directory)
        except SpecErrors as problems:
            errors += problems.errors
        blocks: Mapping[str, SharedBlock] = {}
        try:
            blocks = load_shared_blocks(directory)
        except SpecErrors as problems:
            errors += problems.errors
        specs: dict[tuple[str, int], FormSpec] = {}
        for path in spec_files(directory):
            try:
                spec = load_spec(path, types, blocks, shared, terms).spec
                specs[spec.id, spec.version] = spec
            except SpecErrors as problems:
                errors += problems.errors
        if errors:
            raise SpecErrors(errors)
        return SpecCatalogue(specs, types, shared)

    def forms(self) -> list[FormSpec]:
        """The newest version of each form, by id."""
        newest: dict[str, FormSpec] = {}
        for spec in sorted(self.specs.values(), key=lambda one: one.version):
            newest[spec.id] = spec
        return [newest[form_id] for form_id in sorted(newest)]

    def get(self, form_id: str, version: int | None = None) -> FormSpec:
        """One version of a form, the newest by default.

        Raises:
            UnknownForm: There is none.
        """
        versions = [number for known, number in self.specs if known == form_id]
        if version is not None:
            versions = [number for number in versions if number == version]
        if not versions:
            ids = sorted({known for known, _ in self.specs})
            known = ", ".join(get_close_matches(form_id, ids, _MOST_NAMED, cutoff=0.0))
            wanted = form_id if version is None else f"{form_id} v{version}"
            raise UnknownForm(
                LocalizedText(
                    ar=f"لا توجد استمارة بهذا المرجع: {wanted}. أقرب المراجع إليه: {known}.",
                    fr=f"Aucun formulaire ne porte la référence {wanted}. Les plus proches : {known}.",
                )
            )
        return self.specs[form_id, max(versions)]

    def document_types(self) -> DocumentTypes:
        """Every kind of attachment."""
        return self.types


class _SpecsWhenAsked(Mapping[tuple[str, int], FormSpec]):
    """The forms of a folder by id and version, each read once, when somebody asks for it."""

    def __init__(self, directory: Path) -> None:
        self._files = {
            (path.parent.name, int(path.stem.removeprefix("v"))): path for path in spec_files(directory)
        }
        self._directory = directory
        self._read: dict[tuple[str, int], FormSpec] = {}

    def __getitem__(self, known: tuple[str, int]) -> FormSpec:
        if known not in self._read:
            self._read[known] = load_spec(self._files[known]).spec
        return self._read[known]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def of_their_own(self) -> list[tuple[str, int]]:
        """Those whose text names no shared block."""
        return sorted(
            known
            for known, path in self._files.items()
            if not names_shared_block(path.read_text(encoding="utf-8"))
        )


def spec_files(directory: Path) -> list[Path]:
    """The spec files of a folder, in order."""
    return sorted(directory.glob("*/v[0-9]*.yaml"))


def load_document_types(directory: Path) -> DocumentTypes:
    """Read ``document_types.yaml`` of a folder; none there means no types."""
    path = directory / "document_types.yaml"
    if not path.exists():
        return DocumentTypes()
    return parse_document_types(path.read_text(encoding="utf-8"), shown_path(path))


def load_shared_parameters(directory: Path) -> SharedParameters:
    """Read ``parameters.yaml`` of a folder; none there means no shared parameters.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    path = directory / "parameters.yaml"
    if not path.exists():
        return SharedParameters()
    return _parsed_parameters(path.read_text(encoding="utf-8"), shown_path(path))


@lru_cache(maxsize=4)
def _parsed_parameters(text: str, source: str) -> SharedParameters:
    """The same text is parsed once: each form that is read by itself asks for it."""
    return parse_shared_parameters(text, source)


def load_privacy_terms(directory: Path) -> PrivacyTerms:
    """Read ``privacy.yaml`` of a folder; none there means that forms share no terms.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    path = directory / PRIVACY
    if not path.exists():
        return PrivacyTerms()
    return _parsed_terms(path.read_text(encoding="utf-8"), shown_path(path))


@lru_cache(maxsize=4)
def _parsed_terms(text: str, source: str) -> PrivacyTerms:
    return parse_privacy_terms(text, source)


def load_shared_blocks(directory: Path) -> dict[str, SharedBlock]:
    """Read the blocks that the forms of a folder share; none there means no blocks.

    Raises:
        SpecErrors: Every problem of every block.
    """
    blocks: dict[str, SharedBlock] = {}
    errors: list[SpecError] = []
    for path in sorted((directory / SHARED).glob("*.yaml")):
        source = shown_path(path)
        try:
            block = parse_shared_block(path.read_text(encoding="utf-8"), source)
        except SpecErrors as problems:
            errors += problems.errors
            continue
        if block.id != path.stem:
            problem = f"the file says {block.id}, expected {path.stem}"
            errors.append(SpecError(source, 1, 1, problem))
        blocks[path.stem] = block
    if errors:
        raise SpecErrors(errors)
    return blocks


def load_spec(
    path: Path,
    types: DocumentTypes | None = None,
    blocks: Mapping[str, SharedBlock] | None = None,
    shared: SharedParameters | None = None,
    terms: PrivacyTerms | None = None,
) -> ParsedSpec:
    """Read one spec file and check that its place says the same as its text.

    Args:
        blocks: The shared blocks it may name; those of the folder around it when not given.
        shared: The parameters it may use; likewise.
        terms: What it may name of privacy; likewise.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    source = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecErrors([SpecError(source, 1, 1, f"not UTF-8 text (byte {error.start})")]) from None
    known = types.types if types and types.types else None
    blocks = load_shared_blocks(path.parent.parent) if blocks is None else blocks
    shared = load_shared_parameters(path.parent.parent) if shared is None else shared
    terms = load_privacy_terms(path.parent.parent) if terms is None else terms
    parsed = parse_spec_with_places(text, source, known, shared, blocks, terms)
    expected = (path.parent.name, path.stem)
    if path.stem.startswith("v") and expected != (parsed.spec.id, f"v{parsed.spec.version}"):
        problem = (
            f"the file says {parsed.spec.id} v{parsed.spec.version}, expected {expected[0]} {expected[1]}"
        )
        raise SpecErrors([SpecError(source, 1, 1, problem)])
    return parsed


def shown_path(path: Path) -> str:
    """A file's name as problems show it: from the folder one stands in, where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
