"""What we know of the other side: which record is which of ours, and what it was last told."""

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.outbox.models import Connection


class Link(models.Model):
    """One of our rows and the record that stands for it in a system we tell."""

    class Kind(models.TextChoices):
        CUSTOMER = "CUSTOMER", _("customer")
        ORDER = "ORDER", _("order")
        RETURN = "RETURN", _("return")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    local_id = models.UUIDField(_("our id"))
    remote_id = models.CharField(_("id there"), max_length=120)
    # What was last sent, in the connector's own words: what is the same is not sent again, and
    # what comes back the same is our own echo.
    told = models.JSONField(_("last told"), default=dict, blank=True)
    linked_at = models.DateTimeField(_("linked"))

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            UniqueConstraint(fields=["connection", "kind", "local_id"], name="crm_one_link_per_row")
        ]
        indexes = [Index(fields=["connection", "kind", "remote_id"], name="crm_links_by_remote")]

    def __str__(self) -> str:
        return f"{self.kind} {self.local_id}"


class MergeProposal(models.Model):
    """Two of our customers whom another system has made one: for a person to decide."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("to be looked at")
        DISMISSED = "DISMISSED", _("two people")
        MERGED = "MERGED", _("merged")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("kept")
    )
    merged = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("merged")
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge proposal")
        verbose_name_plural = _("merge proposals")
        constraints = [
            UniqueConstraint(
                fields=["connection", "kept", "merged"], name="crm_one_proposal_per_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kept_id} ← {self.merged_id}"
