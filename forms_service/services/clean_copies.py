"""What somebody gets of a file that somebody else sent: a copy that can do no harm, made when it is asked for."""

from __future__ import annotations

from core.errors import DossierError
from forms_service.config import ReadingLimits
from forms_service.messages import say
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading
from forms_service.services.few_at_once import FewAtOnce
from forms_service.services.made_forms import MADE_ON_SCREEN
from forms_service.services.uploads import Uploads
from forms_service.services.views import Actor

_LIMITS = ReadingLimits(wall_seconds=60.0, cpu_seconds=40)
_AT_ONCE = FewAtOnce(2)


class CleanCopies(Uploads):
    """Handing files of others out."""

    def attachment_copy(self, actor: Actor, dossier_id: str, attachment_id: str) -> tuple[bytes, str, str]:
        """One upload for this person: (bytes, media type, file name).

        Whoever sent it gets it as it was sent, everybody else a copy without scripts, links, files and
        whatever else hid in it.  Serve it as a download, never inline.

        Raises:
            DossierError: ``no_clean_copy``; ``infected_upload``.
        """
        with self.database.reading() as session:
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
        data, media_type, name = self.attachment_file(actor, dossier_id, attachment_id)
        if row.uploaded_by == actor.id or row.origin == MADE_ON_SCREEN:
            return data, media_type, name
        return self.clean_copy(data, name)

    def clean_copy(self, data: bytes, name: str) -> tuple[bytes, str, str]:
        """A copy of anything: (bytes, media type, file name).

        Raises:
            DossierError: ``no_clean_copy``: it is broken or protected.
            TooBusy: Others are being served.
        """
        config = self.adapters.config
        request = ReadingRequest("copy", name, str(config.spec_folder.resolve()))
        try:
            with _AT_ONCE.turn(), run_reading(request, data, _LIMITS, config.scratch_folder) as outcome:
                made = outcome.result
                if "copy" in made:
                    return outcome.image(made["copy"]), str(made["media_type"]), str(made["name"])
        except ReadingFailed:
            pass
        raise DossierError(say("no_clean_copy"), code="no_clean_copy")
