"""Announcing a policy: a new version, never an edit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders.models import PolicyVersion
from orders.policies import schema
from stores.models import Store, User

# What was typed a moment ago may hold from that moment.
A_MOMENT = timedelta(minutes=5)


class InvalidRules(Invalid):
    """`problems` are the sentences of everything that is wrong."""

    code = "invalid_policy"
    words = _("The rules of this policy cannot hold.")

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class PolicyOfThePast(Invalid):
    code = "policy_of_the_past"
    words = _("A new version holds from now on at the earliest.")


class VersionTaken(Conflict):
    code = "policy_version_taken"
    words = _("Somebody else has just written a version for the same products. Look again.")


def announce(
    *,
    rules: list[dict[str, Any]],
    start_at: datetime,
    at: datetime,
    author: User | None = None,
    store: Store | None = None,
    product_class: str = "",
    note: str = "",
) -> PolicyVersion:
    """
    Return the new version of the policy for those products, in force from `start_at` on.

    Without `store` it is the chain's, without `product_class` that of all products.

    Raises:
        InvalidRules: a rule that does not exist, wrong or missing parameters, no level.
        PolicyOfThePast: what was sold keeps the policy it was sold under (rules.md 1.4).
        VersionTaken: two wrote at once.
    """
    if found := schema.problems(rules):
        raise InvalidRules(found)
    if start_at < at - A_MOMENT:
        raise PolicyOfThePast()
    same = PolicyVersion.objects.filter(store=store, product_class=product_class)
    try:
        with transaction.atomic():
            return PolicyVersion.objects.create(
                store=store,
                product_class=product_class,
                version=_following(same),
                rules=rules,
                note=note,
                author=author,
                start_at=start_at,
            )
    except IntegrityError as error:
        raise VersionTaken() from error


def _following(same: QuerySet[PolicyVersion]) -> int:
    return (same.aggregate(last=Max("version"))["last"] or 0) + 1
