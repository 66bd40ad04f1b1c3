"""What a scan means beside a customer, a purchase or a return: his article first, then anybody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.models import Customer
from omnistore.counter.recognition import Recognition
from omnistore.counter.views.identifying import lead, the_only_order, understood
from omnistore.errors import Refused
from orders import catalogue, returns, starts, unproven, wishes
from orders.history import PurchaseLine
from orders.models import CustomerReturn, Order
from stores.http import ClerkRequest, clerk_required


@require_http_methods(["GET", "POST"])
@clerk_required
def at_customer(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """An article: which purchases of it this customer has; anything else: who is it."""
    if request.method == "GET":
        return redirect("counter:customer", customer_id)
    customer, found = get_object_or_404(Customer, pk=customer_id), understood(request)
    if found.article is None:
        return lead(request, found)
    return _bought(request, found, starts.bought_by(customer, found.article, now=now()))


@require_http_methods(["GET", "POST"])
@clerk_required
def at_order(request: ClerkRequest, order_id: UUID) -> HttpResponse:
    """An article: its lines of this purchase; anything else: who is it."""
    if request.method == "GET":
        return redirect("counter:order", order_id)
    order, found = get_object_or_404(Order, pk=order_id), understood(request)
    if found.article is None:
        return lead(request, found)
    return _bought(request, found, starts.bought_on(order, found.article, now=now()))


@require_http_methods(["GET", "POST"])
@clerk_required
def at_return(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """An article: one unit more of it comes back; a receipt: it joins; anything else: who is it."""
    if request.method == "GET":
        return redirect("orders:return", return_id)
    draft = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    found = understood(request)
    if draft.is_draft and draft.is_unproven:
        return _without_receipt(request, draft, found)
    order_id = the_only_order(found)
    if draft.is_draft and found.is_empty and (articles := _instead(request, draft, found)):
        return _shown(request, articles | {"found": found, "draft": draft})
    if not draft.is_draft or not (found.article or order_id):
        return lead(request, found)
    try:
        said = _put(draft, found, order_id)
    except Refused as refusal:
        answer = {"found": found, "refusal": refusal, "draft": draft}
        # What did not come back from here may be what the customer takes instead.
        if found.article and found.article.is_offered:
            answer["target"] = wishes.target_of(draft)
        return _shown(request, answer, status=409)
    messages.success(request, said)
    return redirect("orders:return", draft.pk)


def _without_receipt(
    request: ClerkRequest, draft: CustomerReturn, found: Recognition
) -> HttpResponse:
    """An article: one unit more of it; words: the articles that have them."""
    if found.article is None:
        articles = catalogue.search(request.POST.get("text", ""))
        return _shown(request, {"found": found, "articles": articles, "draft": draft})
    try:
        unproven.scan(draft=draft, product=found.article)
    except Refused as refusal:
        return _shown(request, {"found": found, "refusal": refusal}, status=409)
    messages.success(request, _("One more: %(article)s") % {"article": found.article.name})
    return redirect("orders:return", draft.pk)


def _instead(request: ClerkRequest, draft: CustomerReturn, found: Recognition) -> dict[str, object]:
    """Words that are nobody's: the articles that have them, to take instead of what comes back."""
    target = wishes.target_of(draft)
    articles = wishes.search(request.POST.get("text", "")) if target else []
    if articles:
        return {"instead": articles, "target": target}
    return {"articles": []} if target and found.is_name else {}


def _put(draft: CustomerReturn, found: Recognition, order_id: UUID | None) -> str:
    """Put the article or the order on the draft and return what to say of it."""
    if found.article:
        line = starts.scan(draft=draft, product=found.article, at=now())
        return _("One more: %(article)s") % {"article": line.product.name}
    order = get_object_or_404(Order, pk=order_id)
    starts.join(draft=draft, order=order, at=now())
    return _("%(number)s joined this return.") % {"number": order.number}


def _bought(request: ClerkRequest, found: Recognition, lines: list[PurchaseLine]) -> HttpResponse:
    return _shown(request, {"found": found, "bought": lines, "bought_here": True})


def _shown(request: ClerkRequest, answer: dict[str, object], *, status: int = 200) -> HttpResponse:
    template = "counter/_found.html" if request.htmx else "counter/home.html"
    return render(request, template, answer, status=status)
