"""Everything that can go wrong and is somebody's to mend.

    FormsError
    ├── SpecError             one place in a YAML spec is wrong (``file:line:column``)
    ├── SpecErrors            all of them at once
    ├── UnknownForm           no spec has this id or version
    ├── DossierError          the dossier cannot do that now, or its file is malformed
    ├── InvalidValue          an answer is not one of its kind
    ├── RenderError           a paper cannot be drawn as asked (a value that does not fit)
    ├── UnreadableDocument    an upload cannot be opened or is refused
    ├── MissingTool           a program or language pack the work needs is not installed
    └── DamagedModel          a recogniser's file is missing, or not the one that was measured

A missing document or a doubtful reading is not an error: it is a finding.
"""

from __future__ import annotations

from core.localized_text import LocalizedText


class FormsError(Exception):
    """What happened, what is safe, what to do next, in both languages.

    Attributes:
        code: Stable name of the case; screens and tests use it, never the wording.
        message: Sentence for the person in front of the screen.
    """

    code = "forms_error"

    def __init__(self, message: LocalizedText | str, *, code: str | None = None) -> None:
        self.message = message if isinstance(message, LocalizedText) else LocalizedText(message, message)
        if code:
            self.code = code
        super().__init__(self.message.fr)


class SpecError(FormsError):
    """One place in a spec is wrong: ``file:line:column: what is wrong, what is expected``."""

    code = "spec_error"

    def __init__(self, source: str, line: int, column: int, problem: str) -> None:
        self.source, self.line, self.column, self.problem = source, line, column, problem
        super().__init__(f"{source}:{line}:{column}: {problem}")


class SpecErrors(FormsError):
    """Every problem of a spec at once, in the order of the file."""

    code = "spec_errors"

    def __init__(self, errors: list[SpecError]) -> None:
        self.errors = sorted(errors, key=lambda error: (error.source, error.line, error.column))
        super().__init__("\n".join(str(error) for error in self.errors))


class UnknownForm(FormsError):
    """No published spec has this id, or this version of it."""

    code = "unknown_form"


class DossierError(FormsError):
    """The dossier's state forbids the step, or a dossier file is malformed."""

    code = "dossier_error"


class InvalidValue(FormsError):
    """An answer is not one of its kind (a date that does not exist, a RIB with a wrong key)."""

    code = "invalid_value"


class RenderError(FormsError):
    """A paper cannot be drawn as asked."""

    code = "render_error"


class UnreadableDocument(FormsError):
    """An upload is refused or cannot be opened; nothing else is lost by it."""

    code = "unreadable_document"


class MissingTool(FormsError):
    """A program or language pack is not installed; the message names the command that installs it."""

    code = "missing_tool"


class DamagedModel(FormsError):
    """A recogniser's file is missing or was changed; nothing is read with it, for nobody knows how well it reads."""

    code = "damaged_model"

    def __init__(self, file: str) -> None:
        super().__init__(
            LocalizedText(
                ar=f"ملف القراءة الآلية {file} مفقود أو غير مطابق للنسخة المعتمدة، فلم يقرأ به شيء. "
                "لم تتغير الملفات المرسلة. أعيدوا تثبيت البرنامج ثم أعيدوا القراءة.",
                fr=f"Le fichier de lecture automatique {file} manque ou n'est pas celui qui a été vérifié ; rien "
                "n'a été lu avec lui. Les fichiers reçus sont intacts. Réinstallez le logiciel, puis relancez "
                "la lecture.",
            )
        )
