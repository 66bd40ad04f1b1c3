"""Where is sold, and who sells: stores, their registers and tablets, clerks and API keys."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from omnistore.tokens import SealedField


class User(AbstractUser):
    """Someone of head office or a manager, who signs in with a password."""

    class Meta(AbstractUser.Meta):
        pass


class PushSubscription(models.Model):
    """
    A browser of somebody with a password that may be woken by a notice (RFC 8030).

    Whoever knows the address and the keys could send to it: they are sealed.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="push_subscriptions", verbose_name=_("user")
    )
    endpoint = SealedField(_("address at the push service"))
    endpoint_hash = models.CharField(
        _("its fingerprint"), max_length=64, unique=True, editable=False
    )
    # The browser's public key and shared secret, base64url (RFC 8291).
    p256dh = SealedField(_("public key"))
    auth = SealedField(_("shared secret"))
    created_at = models.DateTimeField(_("made"))
    # By the person, or because the push service knows it no more.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")

    def __str__(self) -> str:
        return f"{self.user_id} · {self.endpoint_hash[:8]}"


class Store(models.Model):
    """A shop with an address; `country` reads the phone numbers typed in it."""

    code = models.SlugField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name


class Register(models.Model):
    """A till; it picks up refund instructions signed with its secret, and confirms them."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="registers")
    name = models.CharField(_("name"), max_length=40)
    secret = SealedField(
        _("signing secret"), help_text=_("Standard Webhooks secret, whsec_ and base64.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        constraints = [
            UniqueConstraint(fields=["store", "name"], name="stores_register_name_in_store")
        ]

    def __str__(self) -> str:
        return f"{self.store} · {self.name}"


class Clerk(models.Model):
    """Someone who serves at the counter and signs in by name and PIN."""

    class Role(models.TextChoices):
        CLERK = "CLERK", _("sales clerk")
        MANAGER = "MANAGER", _("store manager")

    stores = models.ManyToManyField(Store, related_name="clerks", verbose_name=_("works in"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="clerk",
        verbose_name=_("password account"),
        help_text=_("Lets a manager open a tablet for the stores he works in."),
    )
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.CLERK)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="fr"
    )
    keys_anywhere = models.BooleanField(
        _("keys count anywhere"),
        default=True,
        help_text=_("Letters go into the field and digits into the PIN, wherever the keyboard is."),
    )
    # argon2 of six digits; empty: a manager has to set one first.
    pin_hash = models.CharField(max_length=200, blank=True, editable=False)
    is_active = models.BooleanField(_("employed"), default=True)

    class Meta:
        verbose_name = _("clerk")
        verbose_name_plural = _("clerks")

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = self.name.replace("-", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def is_manager(self) -> bool:
        return self.role == self.Role.MANAGER


class Tablet(models.Model):
    """A device opened for one store; it knows itself by a cookie whose hash is kept here."""

    class ScanLayout(models.TextChoices):
        """As which keyboard its hand scanner types."""

        AUTO = "AUTO", _("found out by itself")
        QWERTY = "QWERTY", _("QWERTY, as most scanners are delivered")
        AS_TYPED = "AS_TYPED", _("the same as this tablet's keyboard")

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="tablets")
    register = models.ForeignKey(
        Register,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tablets",
        help_text=_("The till beside it, which pays refunds out."),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Who is signed in now; null when locked.
    clerk = models.ForeignKey(
        Clerk, on_delete=models.SET_NULL, null=True, blank=True, related_name="tablets"
    )
    name = models.CharField(_("name"), max_length=40)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Of the cookie given with the latest PIN; empty when locked.
    sign_in_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    # How its hand scanner types (static/js/controllers/wedge.js).
    scan_layout = models.CharField(
        _("keyboard of the scanner"),
        max_length=8,
        choices=ScanLayout.choices,
        default=ScanLayout.AUTO,
    )
    scan_prefix = models.CharField(_("before each code"), max_length=8, blank=True)
    scan_suffix = models.CharField(_("after each code"), max_length=8, blank=True)
    scan_ends_by_pause = models.BooleanField(_("ends by a pause"), default=False)
    opened_at = models.DateTimeField(pgettext_lazy("tablet", "opened"))
    active_at = models.DateTimeField(_("last touched"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("tablet")
        verbose_name_plural = _("tablets")

    def __str__(self) -> str:
        return f"{self.name} ({self.store})"


class PinTries(models.Model):
    """How often a clerk's PIN was wrong on a tablet since it was right, or reset."""

    clerk = models.ForeignKey(Clerk, on_delete=models.CASCADE, related_name="pin_tries")
    tablet = models.ForeignKey(Tablet, on_delete=models.CASCADE, related_name="pin_tries")
    failures = models.PositiveSmallIntegerField(_("wrong PINs"), default=0)
    last_at = models.DateTimeField(_("last"), auto_now=True)

    class Meta:
        verbose_name = _("PIN tries")
        verbose_name_plural = _("PIN tries")
        constraints = [
            UniqueConstraint(fields=["clerk", "tablet"], name="stores_tries_per_clerk_and_tablet")
        ]

    def __str__(self) -> str:
        return f"{self.clerk_id} · {self.tablet_id}: {self.failures}"

    @property
    def is_locked(self) -> bool:
        return self.failures >= settings.PIN_TRIES


class PasswordTries(models.Model):
    """Wrong passwords from one address, for one name or in all, in a quarter of an hour."""

    # Hashed: a mistyped name may be somebody's password.
    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(_("wrong passwords"), default=0)
    started_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("password tries")
        verbose_name_plural = _("password tries")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.failures}"


class ApiKey(models.Model):
    """A key of the API: what it may do and for which store; only its hash is kept."""

    SCOPES: ClassVar = [
        ("identify", _("identify customers")),
        ("customers", _("read and sign up customers")),
        ("carts", _("read and write carts")),
        ("orders", _("read and record orders")),
        ("returns", _("take returns")),
        ("loyalty", _("read and spend points")),
        ("register", _("pick up and confirm refund instructions")),
        ("credit", _("spend store credit and gift cards")),
        ("stock", _("count stock and read what is available")),
    ]

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="api_keys")
    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, null=True, blank=True, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            CheckConstraint(condition=~Q(key_hash=""), name="stores_api_key_has_its_hash")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, scope: str) -> bool:
        """Whether this key may do what the scope names."""
        return self.revoked_at is None and scope in self.scopes
