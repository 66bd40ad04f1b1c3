"""The demo collects its static files by itself: when it starts, and again when one is edited."""

import logging
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

logger = logging.getLogger(__name__)


class Collected:
    """The static files as they were collected last."""

    def __init__(self) -> None:
        self._edited_at = 0.0
        self.renew()

    def renew(self) -> bool:
        """Collect them when one was edited since, and return whether so."""
        edited_at = max(map(_last_edit, settings.STATICFILES_DIRS))
        if edited_at == self._edited_at:
            return False
        self._edited_at = edited_at
        try:
            call_command("collectstatic", interactive=False, verbosity=0)
        except (ValueError, OSError) as mistake:
            # Half an edit is no reason to close the shop.
            logger.warning("Static files are as they were before the edit: %s", mistake)
            return False
        return True


def _last_edit(folder: Path) -> float:
    """Return when something in the folder was written, added or taken away last."""
    # An editor's own file may be gone already.
    there = (path for path in [folder, *folder.rglob("*")] if path.exists())
    return max(path.stat().st_mtime for path in there)
