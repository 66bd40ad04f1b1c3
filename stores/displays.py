"""How a tablet shows its colours: a choice of the tablet, not of the clerk, kept in its cookie."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

COOKIE = "omnistore_display"


class Display(TextChoices):
    AUTOMATIC = "auto", _("Automatic")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    BRIGHT_HALL = "bright", _("Bright hall")


# The paper of each display and the query under which it holds, for the system's bars around the
# page: they know no style sheet. tests/design holds them equal to `--paper`.
PAPERS = {
    Display.LIGHT.value: (("#f6f4ef", ""),),
    Display.DARK.value: (("#151412", ""),),
    Display.BRIGHT_HALL.value: (("#fff", ""),),
    Display.AUTOMATIC.value: (
        ("#f6f4ef", "(prefers-color-scheme: light)"),
        ("#151412", "(prefers-color-scheme: dark)"),
    ),
}


def of(cookies: Mapping[str, str]) -> str:
    """Return the display the tablet was set to; automatic when nobody chose."""
    return known(cookies.get(COOKIE, ""))


def known(value: str) -> str:
    """Return the value when it is a display, else the automatic one."""
    return value if value in Display.values else Display.AUTOMATIC.value
