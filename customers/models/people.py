"""
Who buys, how we know it, what he allowed, what he heard from us.

Identifiers are rows, joined to people by evidence that is closed but never rewritten; carts, orders
and contacts keep the identifier that brought them (`via`).
"""

import uuid

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.lookups import Prefix
from stores.models import Clerk, Store, Tablet

models.CharField.register_lookup(Prefix)


class Customer(models.Model):
    """A person who buys. His e-mails, phones and cards are `Identifier` rows."""

    class Level(models.TextChoices):
        NONE = "", _("no card")
        MEMBER = "MEMBER", _("member")
        SILVER = "SILVER", _("silver")
        GOLD = "GOLD", _("gold")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    home_store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=2, default="fr")
    level = models.CharField(
        _("loyalty level"), max_length=6, choices=Level.choices, blank=True, default=""
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    # Came with old sales: retention leaves it alone.
    is_historical = models.BooleanField(_("historical"), default=False)
    created_at = models.DateTimeField(_("known since"))
    # Forgotten at his own wish: what the law keeps (orders) stays, without a name.
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.full_name or str(self.id)[:8]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()


class NameKey(models.Model):
    """One word of a customer's name, folded: small letters, no accents. Found by its beginning."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="name_keys")
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["customer", "word"], name="customers_one_key_per_word")
        ]
        indexes = [
            Index(
                fields=["word", "customer"],
                name="customers_names_by_word",
                opclasses=["varchar_pattern_ops", "uuid_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.word


class Identifier(models.Model):
    """A value that points to people: normalised, once in the whole system."""

    class Kind(models.TextChoices):
        EMAIL = "EMAIL", _("e-mail")
        PHONE = "PHONE", _("phone")
        CARD = "CARD", _("loyalty card")
        LOGIN = "LOGIN", _("web account")
        COOKIE = "COOKIE", _("browser")
        DEVICE = "DEVICE", _("device")
        CRM = "CRM", _("CRM number")
        SOURCE = "SOURCE", _("number in a source")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    value = models.CharField(
        _("value"), max_length=254, help_text=_("E.164, small letters, digits only.")
    )
    # A household's phone: several people hold it, it never identifies alone.
    is_shared = models.BooleanField(_("shared"), default=False)
    # The shop's own phone, test cards, client@…: identifies nobody.
    is_blocked = models.BooleanField(_("blocked"), default=False)
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [UniqueConstraint(fields=["kind", "value"], name="customers_value_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"


class Evidence(models.Model):
    """Why we believe that an identifier is a customer's; ended, never rewritten."""

    identifier = models.ForeignKey(Identifier, on_delete=models.PROTECT, related_name="evidence")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="evidence")
    # As on the identifier when this began, so that the database can hold the rule below.
    is_shared = models.BooleanField(_("shared"), default=False)
    source = models.CharField(
        _("source"), max_length=40, help_text=_("COUNTER, API, IMPORT:name …")
    )
    confidence = models.PositiveSmallIntegerField(_("confidence"), default=100)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            UniqueConstraint(
                fields=["identifier"],
                condition=Q(ended_at__isnull=True, is_shared=False),
                name="customers_value_has_one_holder",
            ),
            UniqueConstraint(
                fields=["identifier", "customer"],
                condition=Q(ended_at__isnull=True),
                name="customers_holds_value_once",
            ),
            CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=100),
                name="customers_confidence_is_per_cent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier_id} → {self.customer_id}"


class ConsentWording(models.Model):
    """The exact sentence that was asked; a new wording is a new version."""

    class Purpose(models.TextChoices):
        MARKETING = "MARKETING", _("offers and news")
        RECEIPT = "RECEIPT", _("receipt without paper")
        PROFILING = "PROFILING", _("personal advice")

    class Channel(models.TextChoices):
        NONE = "", _("no channel")
        EMAIL = "EMAIL", _("e-mail")
        SMS = "SMS", _("SMS")
        PHONE = "PHONE", _("phone call")
        POST = "POST", _("letter")

    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    channel = models.CharField(
        _("channel"), max_length=6, choices=Channel.choices, blank=True, default=""
    )
    language = models.CharField(_("language"), max_length=2)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("wording"))
    in_force_at = models.DateTimeField(_("in force from"))

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")
        constraints = [
            UniqueConstraint(
                fields=["purpose", "channel", "language", "version"],
                name="customers_wording_version_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel} v{self.version} ({self.language})"


class Consent(models.Model):
    """One entry of the ledger. The current state is the last entry; nobody edits."""

    class Basis(models.TextChoices):
        CONSENT = "CONSENT", _("consent")
        SIMILAR_PRODUCTS = "SIMILAR", _("similar products, customer told")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents")
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tablet = models.ForeignKey(
        Tablet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_given = models.BooleanField(_("given"))
    basis = models.CharField(
        _("legal basis"), max_length=8, choices=Basis.choices, default=Basis.CONSENT
    )
    source = models.CharField(_("source"), max_length=40)
    proof = models.CharField(
        _("proof"), max_length=120, blank=True, help_text=_("What shows that he said so.")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent ledger")
        indexes = [Index(fields=["customer", "-at", "-id"], name="customers_consents_latest")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.wording_id} {self.is_given}"


class LoyaltyRule(models.Model):
    """
    What purchases earn and what points are worth, from a moment on; never edited.

    `earned` points for each `per_amount` paid; `spent` points pay `worth`. Amounts are in minor
    units of the currency: 1 for each 100 and 100 for 500 is a point a euro, five euros a hundred.
    """

    currency = models.CharField(_("currency"), max_length=3)
    earned = models.PositiveIntegerField(_("points earned"))
    per_amount = models.PositiveIntegerField(_("for each"))
    spent = models.PositiveIntegerField(_("points spent"))
    worth = models.PositiveIntegerField(_("pay"))
    start_at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("loyalty rule")
        verbose_name_plural = _("loyalty rules")
        constraints = [
            UniqueConstraint(
                fields=["currency", "start_at"], name="customers_loyalty_rule_once_at_a_time"
            ),
            CheckConstraint(
                condition=Q(per_amount__gt=0, spent__gt=0, worth__gt=0),
                name="customers_loyalty_rule_divides",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earned}/{self.per_amount} {self.currency}"

    def points_for(self, amount: int) -> int:
        """How many points a purchase of that amount earns; a part of a point is not earned."""
        return amount * self.earned // self.per_amount

    def points_paying(self, amount: int) -> int:
        """How many points it takes to pay the amount."""
        return -(-amount * self.spent // self.worth)

    def amount_paid_by(self, points: int) -> int:
        """What that many points pay."""
        return points * self.worth // self.spent


class LoyaltyEntry(models.Model):
    """
    One movement of a card's points, never changed; the balance is their sum.

    What should be taken back and is no longer there is a debt: a line of its own, that adds to
    `debt` and not to `points`. What is earned later settles it first, by another line.
    """

    class Kind(models.TextChoices):
        IMPORTED = "IMPORTED", _("balance taken over")
        EARNED = "EARNED", _("earned")
        SPENT = "SPENT", _("spent")
        REVERSED = "REVERSED", _("taken back")
        REFUNDED = "REFUNDED", _("given back")
        DEBT = "DEBT", _("owed")
        SETTLED = "SETTLED", _("debt settled")
        ADJUSTED = "ADJUSTED", _("adjusted by hand")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="loyalty_entries")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    points = models.IntegerField(_("points"))
    debt = models.IntegerField(_("debt"), default=0)
    # The number of the receipt, order or return, for people.
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # What it belongs to, for the sums: `order:<id>`, `payment:<id>`.
    subject = models.CharField(_("belongs to"), max_length=60, blank=True, editable=False)
    # What happened is counted once: the same event again finds its line here.
    event_key = models.CharField(_("event"), max_length=120, blank=True, editable=False)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("loyalty entry")
        verbose_name_plural = _("loyalty ledger")
        constraints = [
            UniqueConstraint(
                fields=["event_key"],
                name="customers_loyalty_event_once",
                condition=~Q(event_key=""),
            ),
            CheckConstraint(
                condition=Q(kind="DEBT", points=0, debt__gt=0)
                | Q(kind="SETTLED", points__lt=0, debt=F("points"))
                | (Q(debt=0) & ~Q(kind__in=["DEBT", "SETTLED"])),
                name="customers_loyalty_debt_has_lines_of_its_own",
            ),
        ]
        indexes = [
            Index(
                fields=["subject"], name="customers_loyalty_by_subject", condition=~Q(subject="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.points:+d}"


class Touch(models.Model):
    """A contact on any channel, so that nobody has to tell his story twice."""

    class Channel(models.TextChoices):
        STORE = "STORE", _("in store")
        WEB = "WEB", _("website")
        EMAIL = "EMAIL", _("e-mail")
        PHONE = "PHONE", _("phone call")
        SMS = "SMS", _("SMS")
        SOCIAL = "SOCIAL", _("social network")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="touches"
    )
    via = models.ForeignKey(
        Identifier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices)
    # Only what came from him keeps him from the retention clock.
    is_from_customer = models.BooleanField(_("from the customer"), default=True)
    summary = models.CharField(_("what"), max_length=200)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [Index(fields=["customer", "-at"], name="customers_touches_latest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.at:%Y-%m-%d}"


class Visit(models.Model):
    """One turn at the counter, recognised or not: what the identification rate counts."""

    class Outcome(models.TextChoices):
        IDENTIFIED = "IDENTIFIED", _("identified")
        SIGNED_UP = "SIGNED_UP", _("signed up")
        ANONYMOUS = "ANONYMOUS", _("without identifying")

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="visits")
    tablet = models.ForeignKey(
        Tablet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    via = models.ForeignKey(
        Identifier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    # How: PHONE, CARD, EMAIL, NAME, ORDER, PASS; empty when nobody was.
    how = models.CharField(_("by"), max_length=8, blank=True)
    started_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            CheckConstraint(
                condition=Q(outcome="ANONYMOUS", customer__isnull=True)
                | (~Q(outcome="ANONYMOUS") & Q(customer__isnull=False)),
                name="customers_anonymous_visit_has_nobody",
            )
        ]
        indexes = [Index(fields=["store", "-started_at"], name="customers_visits_of_store")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.outcome}"
