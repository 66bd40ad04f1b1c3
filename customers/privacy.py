"""Privacy: what a person may ask of us about his own rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from customers import messages, passes
from customers.models import Customer, Evidence, Identifier, NameKey, Touch
from omnistore.outbox import events
from omnistore.outbox.facts import Fact


@dataclass(frozen=True)
class CustomerErased(Fact):
    """A person is forgotten; whoever was ever told of him is told this."""

    name: ClassVar[str] = "customers.customer.erased"
    fact_kind: ClassVar[str] = Fact.Kind.ERASURE
    label: ClassVar = _("a person is forgotten; whoever was told of him hears it anyway")


def erase(*, customer: Customer, at: datetime) -> Customer:
    """
    Forget who the customer is, and have every system forget him that was ever told.

    His row, purchases and consents stay, as the law has it, without a name and without anything by
    which he could be found. Identifiers that others share with him stay theirs. What stands above
    customers and keeps words of his forgets them too (`settings.OMNISTORE_FORGETS`). Safe to call
    twice.
    """
    with transaction.atomic():
        found = Customer.objects.select_for_update().get(pk=customer.pk)
        if found.erased_at is not None:
            return found
        _blank(found, at)
        _let_go_of_identifiers(found, at)
        # His phones are forgotten with it.
        passes.revoke(customer=found, at=at)
        NameKey.objects.filter(customer=found).delete()
        Touch.objects.filter(customer=found).update(summary="")
        messages.drop_all(found)
        for forget in settings.OMNISTORE_FORGETS:
            import_string(forget)(customer=found, at=at)
        events.record(CustomerErased(customer_id=found.pk, store_code=""), at=at)
    return found


def _blank(found: Customer, at: datetime) -> None:
    for name in ("first_name", "last_name", "city", "country", "level"):
        setattr(found, name, "")
    found.is_vip, found.erased_at = False, at
    found.save()


def _let_go_of_identifiers(found: Customer, at: datetime) -> None:
    Evidence.objects.filter(customer=found, ended_at=None).update(ended_at=at)
    others = Evidence.objects.filter(identifier=OuterRef("pk")).exclude(customer=found)
    his_alone = Identifier.objects.filter(~Exists(others), evidence__customer=found)
    for identifier in his_alone.distinct():
        # Orders and visits point to it; the value goes, the row stays.
        identifier.value, identifier.is_blocked = f"erased:{identifier.pk}", True
        identifier.save(update_fields=["value", "is_blocked"])
