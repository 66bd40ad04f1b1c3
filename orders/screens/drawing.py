"""Read what the page of a draft shows, each thing once."""

from collections.abc import Iterable
from datetime import datetime

from orders import grants, history, proofs, quotes, returns, reviews, suggestions, wishes
from orders.models import CustomerReturn, ReturnPhoto
from orders.policies import PolicyBook
from orders.quotes import Choice, Known, Quote
from orders.screens.drafts import DraftScreen
from orders.screens.rows import Fold, Row
from orders.suggestions import Suggestion
from orders.wishes import Option

# So many other purchases are offered; the receipt of any other is scanned.
MOST_OTHERS = 3


def draft_screen(
    draft: CustomerReturn,
    *,
    now: datetime,
    fold: Fold | None = None,
    wrong: dict[int, str] | None = None,
    problem: str = "",
    on_screen: frozenset[int] = frozenset(),
    is_whole: bool = False,
    notice: str = "",
    kept: Iterable[Choice] | None = None,
) -> DraftScreen:
    """
    Return the draft as the clerk sees it: chosen lines first, the rest of the order folded away.

    `fold` is how the page was folded before; without it, it is opened anew. `on_screen` are the
    order lines whose questions the browser shows already; `is_whole` shows a long receipt at once;
    `kept` are the draft's choices, when they were written just now.
    """
    chosen = returns.choices_of(draft) if kept is None else kept
    choices = {choice.order_line_id: choice for choice in chosen}
    book, pictures = PolicyBook.read(), _photos(draft)
    purchases = _purchases(draft, now, book)
    lines = {one.line.pk: one for bought in purchases for one in bought.lines}
    known = Known({pk: one.line for pk, one in lines.items()}, book)
    quote = _quote(draft, list(choices.values()), now, known)
    quoted = {line.line.pk: line for line in quote.lines} if quote else {}
    suggested, said = _suggested(draft, quote), wrong or {}
    rows = [
        Row(
            line=line,
            choice=choices.get(pk),
            quoted=quoted.get(pk),
            options=_options(draft, line, choices.get(pk)),
            wrong=said.get(pk, ""),
            is_on_screen=pk in on_screen,
            suggestions=suggested.get(pk, ()),
            draft=draft,
            photos=pictures.get(pk, ()),
        )
        for pk, line in lines.items()
    ]
    opened = frozenset(row.line.line.pk for row in rows if row.is_open)
    own = quote.problem.sentence if quote and quote.problem else ""
    return DraftScreen(
        draft=draft,
        orders=[purchase.order for purchase in purchases],
        rows=rows,
        fold=fold or Fold(first=opened),
        quote=quote,
        problem=problem or own,
        is_whole=is_whole,
        notice=notice,
        answers=reviews.current(draft) if draft.number else (),
    )


def others_to_join(draft: CustomerReturn, *, now: datetime) -> list[history.Purchase]:
    """Return the customer's latest other purchases of which something may come back too."""
    if draft.customer is None or draft.proof != CustomerReturn.Proof.PURCHASE:
        return []
    known = proofs.of(draft)
    bought = history.of(draft.customer, now=now)
    others = [
        purchase
        for purchase in bought
        if purchase.order.pk not in known and purchase.order.currency == draft.currency
    ]
    return [purchase for purchase in others if purchase.may_return][:MOST_OTHERS]


def _photos(draft: CustomerReturn) -> dict[int | None, list[ReturnPhoto]]:
    found: dict[int | None, list[ReturnPhoto]] = {}
    for photo in draft.photos.order_by("taken_at"):
        found.setdefault(photo.order_line_id, []).append(photo)
    return found


def _purchases(draft: CustomerReturn, now: datetime, book: PolicyBook) -> list[history.Purchase]:
    """Return the draft's orders, the one it began with first."""
    bought = history.of_orders(proofs.of(draft), now=now, book=book)
    return sorted(bought, key=lambda purchase: purchase.order.pk != draft.order_id)


def _quote(
    draft: CustomerReturn, choices: list[Choice], now: datetime, known: Known
) -> Quote | None:
    if not choices:
        return None
    return quotes.draw_up(
        choices=choices,
        customer_id=draft.customer_id,
        pay_by=draft.pay_by,
        now=now,
        proof=draft.proof,
        return_id=draft.pk,
        grants=grants.of_choices(choices, draft=draft, at=now),
        proven=proofs.of(draft),
        store=draft.store,
        known=known,
    )


def _suggested(draft: CustomerReturn, quote: Quote | None) -> dict[int, list[Suggestion]]:
    if quote is None or draft.store is None:
        return {}
    back = [suggestions.Returned(line.line, line.choice.reason) for line in quote.lines]
    return suggestions.of(back, store=draft.store)


def _options(
    draft: CustomerReturn, line: history.PurchaseLine, choice: Choice | None
) -> list[Option]:
    if choice is None or not choice.is_exchange or draft.store is None:
        return []
    return wishes.options_of(line.line, choice, draft.store)
