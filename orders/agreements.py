"""
Agreements: the customer's word that his money goes back by another means than it came.

Who took it down, when, how he said it and in which words (rules.md 2.6). For a withdrawal the law
gives him the means he paid by, unless he expressly agrees otherwise (Consumer Code L221-24).
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.errors import Invalid
from orders.models import CustomerReturn, RefundAgreement, RefundPlan, ReturnLine, Tender
from stores.models import ApiKey, Clerk

# What one may choose instead of the means that paid.
MEANS = (Tender.STORE_CREDIT, Tender.CASH, Tender.CARD)


class NotAgreed(Invalid):
    code = "not_agreed"
    words = gettext_lazy("Ask the customer first: another means needs that he agrees.")


class NoSuchMeans(Invalid):
    code = "no_such_means"
    words = gettext_lazy("Money does not go back this way.")


def check(*, tender: str, how: str) -> None:
    """
    Check a means the customer prefers and how he said so; no means is the one that paid.

    Raises:
        NoSuchMeans: it is not one of `MEANS`.
        NotAgreed: it is not said how he agreed.
    """
    if tender and tender not in MEANS:
        raise NoSuchMeans()
    if tender and how not in RefundAgreement.How.values:
        raise NotAgreed()


def prefer(*, draft: CustomerReturn, tender: str, how: str = "") -> None:
    """
    Keep in the draft by which means the customer wants his money; without `how` he is to be asked.

    Empty is the means that paid. A draft that was taken meanwhile keeps what it has.

    Raises:
        NoSuchMeans: it is not one of `MEANS`.
    """
    if tender and tender not in MEANS:
        raise NoSuchMeans()
    said = how if tender and how in RefundAgreement.How.values else ""
    CustomerReturn.objects.filter(pk=draft.pk, state=CustomerReturn.State.DRAFT).update(
        pay_by=tender, pay_by_how=said
    )


def question(tender: str, *, is_withdrawal: bool) -> str:
    """Return what the customer is asked, and agrees to."""
    means = _("another card") if tender == Tender.CARD else str(Tender(tender).label)
    if is_withdrawal:
        return _(
            "The law gives the customer his money back by the means he paid with. "
            "He expressly wants it by this one instead: %(means)s."
        ) % {"means": means}
    return _("Instead of the means he paid with, the customer wants this one: %(means)s.") % {
        "means": means
    }


def is_withdrawal(taken: CustomerReturn) -> bool:
    """Whether some of it comes back by the right of withdrawal."""
    return taken.lines.filter(right=ReturnLine.Right.WITHDRAWAL).exists()


def record(
    *,
    plan: RefundPlan,
    tender: str,
    amount: int,
    how: str,
    clerk: Clerk | None,
    api_key: ApiKey | None,
    at: datetime,
) -> RefundAgreement:
    """Write the agreement down; the caller holds the transaction."""
    check(tender=tender, how=how)
    if clerk is None and api_key is None:
        raise NotAgreed()
    return RefundAgreement.objects.create(
        plan=plan,
        tender=tender,
        amount=amount,
        currency=plan.currency,
        how=how,
        words=question(tender, is_withdrawal=is_withdrawal(plan.customer_return)),
        clerk=clerk,
        api_key=api_key,
        agreed_at=at,
    )
