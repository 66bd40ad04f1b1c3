"""The pass on a customer's phone."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models.people import Customer
from omnistore.tokens import SealedField


class Pass(models.Model):
    """
    What makes a customer's rotating codes; see `customers.passes`.

    A customer has one in force. A revoked one keeps no secret: nobody can make its codes again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="passes", verbose_name=_("customer")
    )
    # Stands in every code, so that its row is found. Drawn by chance; it opens nothing.
    number = models.CharField(_("number"), max_length=8, unique=True, editable=False)
    # Codes are made from it, so it cannot be hashed: sealed, and emptied when it is revoked.
    secret = SealedField(_("secret"), blank=True, editable=False)
    # The step of 30 seconds whose code identified last: it and those before it are used up.
    last_step = models.PositiveBigIntegerField(_("last step"), default=0, editable=False)
    issued_at = models.DateTimeField(_("issued"))
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = [
            UniqueConstraint(
                fields=["customer"],
                condition=Q(revoked_at__isnull=True),
                name="customers_one_pass_in_force",
            ),
            CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(secret=""),
                name="customers_revoked_pass_keeps_no_secret",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None
