"""Under which announced rules goods may come back, and who may overrule them."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from stores.models import Store, User


class Level(models.TextChoices):
    """Who may overrule a rule's no (rules.md 1.5), from nobody needed to nobody at all."""

    AUTOMATIC = "AUTOMATIC", _("nobody is needed")
    WAIVABLE = "WAIVABLE", _("the clerk may waive it")
    APPROVER = "APPROVER", _("needs an approver")
    BEFOREHAND = "BEFOREHAND", _("needs approval beforehand")
    NOBODY = "NOBODY", _("nobody may overrule it")


class PolicyVersion(models.Model):
    """
    The announced return policy from a day on; a change is a new version, never an edit.

    `rules` is a list of small rules, each `{"rule": name, "level": …, …}`; `orders.policies` reads
    them and says what each may hold. Written by `orders.policies.announce` only.
    """

    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("store"),
        help_text=_("Empty: all stores."),
    )
    product_class = models.CharField(
        _("class of products"), max_length=30, blank=True, help_text=_("Empty: all products.")
    )
    version = models.PositiveIntegerField(_("version"))
    rules = models.JSONField(_("rules"))
    note = models.CharField(_("why this version"), max_length=200, blank=True)
    # Empty for those written before authors were kept.
    author = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    start_at = models.DateTimeField(_("in force from"))
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("return policy")
        verbose_name_plural = _("return policies")
        constraints = [
            UniqueConstraint(
                fields=["store", "product_class", "version"],
                name="orders_policy_version_once_per_store",
            ),
            UniqueConstraint(
                fields=["product_class", "version"],
                condition=Q(store__isnull=True),
                name="orders_policy_version_once_for_all",
            ),
            CheckConstraint(condition=Q(version__gt=0), name="orders_policy_has_version"),
        ]

    def __str__(self) -> str:
        return f"v{self.version} ({self.start_at:%Y-%m-%d})"
