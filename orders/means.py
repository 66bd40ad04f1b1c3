"""By which means the customer gets his money: what a draft's page offers beside those that paid."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders import agreements
from orders.models import CustomerReturn, ReturnLine, Tender
from orders.quotes import Quote
from orders.shares import Share


@dataclass(frozen=True)
class Option:
    """A means one may tap."""

    code: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class Means:
    """The quiet second choice of a draft, and the question that goes with it."""

    draft: CustomerReturn
    quote: Quote | None

    @property
    def is_offered(self) -> bool:
        """Whether some of it may go another way: credit and gift cards stay what they are."""
        return bool(self.draft.pay_by) or any(share.may_move for share in self._shares)

    @property
    def is_other(self) -> bool:
        return bool(self.draft.pay_by)

    @property
    def is_agreed(self) -> bool:
        return self.is_other and bool(self.draft.pay_by_how)

    @property
    def awaits_agreement(self) -> bool:
        return self.is_other and not self.draft.pay_by_how

    @property
    def options(self) -> list[Option]:
        words = {"": _("As it was paid")} | {code: words_of(code) for code in agreements.MEANS}
        return [Option(code, text, code == self.draft.pay_by) for code, text in words.items()]

    @property
    def chosen(self) -> str:
        return words_of(self.draft.pay_by)

    @property
    def question(self) -> str:
        """What the customer is asked before it goes another way."""
        lines = self.quote.lines if self.quote else []
        is_withdrawal = any(line.decision.right == ReturnLine.Right.WITHDRAWAL for line in lines)
        return agreements.question(self.draft.pay_by, is_withdrawal=is_withdrawal)

    @property
    def _shares(self) -> list[Share]:
        return list(self.quote.refunds) if self.quote else []


def words_of(tender: str) -> str:
    """Return the means as one may tap it."""
    if tender == Tender.CARD:
        return _("Another card")
    label = str(Tender(tender).label)
    return label[:1].upper() + label[1:]
