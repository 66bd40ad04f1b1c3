"""What a text can mean: the kinds, and the reading that carries one of them."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused

# The forms of codes as browsers name them; a hand scanner keeps its to itself.
FORMS = (
    *("qr_code", "data_matrix", "aztec", "pdf417", "code_128", "code_39", "itf"),
    *("ean_13", "ean_8", "upc_a", "upc_e", "unknown"),
)


class Kind(models.TextChoices):
    """What a text was understood as."""

    PHONE = "PHONE", _("phone")
    CARD = "CARD", _("loyalty card")
    EMAIL = "EMAIL", _("e-mail")
    NAME = "NAME", _("name")
    ORDER = "ORDER", _("order or receipt")
    ARTICLE = "ARTICLE", _("article")
    SLIP = "SLIP", _("code of a slip")
    PASS = "PASS", _("customer’s pass")
    # From here on: codes that lead to nobody here, whatever they hold.
    WEB = "WEB", _("web address")
    WIFI = "WIFI", _("wifi code")
    CONTACT = "CONTACT", _("contact card")
    MESSAGE = "MESSAGE", _("message to send")
    PLACE = "PLACE", _("place on a map")
    PAYMENT = "PAYMENT", _("payment")
    EVENT = "EVENT", _("calendar entry")
    SIGN_IN = "SIGN_IN", _("sign-in secret")
    APP = "APP", _("link into an app")
    TEXT = "TEXT", _("text")
    NOTHING = "NOTHING", _("not understood")

    @property
    def leads_to_people(self) -> bool:
        """Whether somebody can be looked for, and signed up, with it; only this is ever echoed."""
        return self in _OF_PEOPLE

    @property
    def is_something(self) -> bool:
        return self is not Kind.NOTHING


_OF_PEOPLE = frozenset([Kind.PHONE, Kind.CARD, Kind.EMAIL, Kind.NAME, Kind.ORDER])


@dataclass(frozen=True)
class Reading:
    """
    What a text can mean.

    `kind` and `shown` are the likeliest meaning; `shown` is empty when it is nobody's business.
    `doubt` is what to say when nothing is found; with nothing to look for it is said at once.
    """

    kind: Kind
    shown: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    number: str = ""
    words: tuple[str, ...] = ()
    # The 14 digits of an article's barcode.
    gtin: str = ""
    # The code of one of our slips.
    slip: str = ""
    # The code that a customer's pass shows for 30 seconds.
    pass_code: str = ""
    doubt: Refused | None = None
