"""One thing worth knowing a day, for the first screen: what the counter can do and few ask for."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

HINTS: tuple[Promise, ...] = (
    _("A receipt is enough: its number opens the purchase, with or without a name."),
    _("A phone may be typed as it is said: 06 12…, +33 6 12… or 0033 6 12…"),
    _("Several people share a phone? You get a short list, never a guess."),
    _("A return may begin at the article: tap Return beside it on the customer’s page."),
    _("Called away in the middle of a return? Lock: it waits just as you left it."),
    _("Going on without identifying is no mistake: it is counted, and the figures stay honest."),
    _("No is as good as yes: only what the customer agreed to is kept."),
)


def of(moment: datetime) -> Promise:
    """Return the hint of the day; tomorrow it is the next one."""
    return HINTS[localtime(moment).toordinal() % len(HINTS)]
