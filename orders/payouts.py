"""What a taken return's page says about its money: each share, where it is, what one can do."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.words import money
from orders import agreements
from orders.means import Option, words_of
from orders.models import CustomerReturn, Refund, RefundPlan

Gateway = Refund.Gateway
State = Refund.State

# Why a processor said no, by its codes.
_BANK = gettext_lazy("The customer’s bank has declined it.")
_CARD = gettext_lazy("The card has expired, or was lost or cancelled.")
_POOR = gettext_lazy("The shop’s account at the card processor is too low. Head office tops it up.")
REASONS: dict[str, str | Promise] = {
    "card_declined": _BANK,
    "declined": _BANK,
    "do_not_honor": _BANK,
    "generic_decline": _BANK,
    "expired_card": _CARD,
    "expired_or_canceled_card": _CARD,
    "lost_or_stolen_card": _CARD,
    "lost_card": _CARD,
    "stolen_card": _CARD,
    "insufficient_funds": _POOR,
    "balance_insufficient": _POOR,
    "charge_already_refunded": gettext_lazy("It was refunded at the card processor already."),
    "amount_too_large": gettext_lazy("The card processor has less left of this payment."),
    "charge_disputed": gettext_lazy("The customer has disputed this payment with his bank."),
    "charge_for_pending_refund_disputed": gettext_lazy(
        "The customer has disputed this payment with his bank."
    ),
    "resource_missing": gettext_lazy("The card processor does not know this payment."),
    "merchant_request": gettext_lazy("It was cancelled at the card processor."),
}
OTHERWISE = gettext_lazy("The card processor has refused it.")


@dataclass(frozen=True)
class Payout:
    """One share of the money with its state in words; `may_act` here and now."""

    refund: Refund
    may_act: bool

    @property
    def words(self) -> str:
        """By which means it goes, as the clerk says it."""
        if self.refund.agreement_id:
            return words_of(self.refund.tender)
        label = str(self.refund.get_tender_display())
        return label[:1].upper() + label[1:]

    @property
    def tone(self) -> str:
        if self.refund.is_paid:
            return "ok"
        if self.refund.has_failed:
            return "stop"
        return "" if self.refund.is_rerouted or self.refund.is_cancelled else "look"

    @property
    def icon(self) -> str:
        icons = {"ok": "check", "stop": "alert", "look": "clock"}
        return icons.get(self.tone, "right")

    @property
    def state(self) -> str:
        return str(self.refund.get_state_display())

    @property
    def sentence(self) -> str:
        """What to know, or to tell the customer; empty when the state says it all."""
        if self.refund.has_failed:
            return self._why
        if self.refund.is_pending:
            return _("It is on its way: the bank shows it within five to ten days.")
        if self.refund.is_open and self.refund.gateway == Gateway.PROCESSOR:
            return _("The card processor is asked. Nobody need wait.")
        if self.refund.is_paid and self.refund.gateway == Gateway.PROCESSOR:
            return _("The bank shows it within five to ten days.")
        if self.refund.is_paid and self.refund.credit:
            return _("On %(number)s.") % {"number": self.refund.credit.masked}
        return ""

    @property
    def may_retry(self) -> bool:
        is_over = self.refund.plan.customer_return.is_cancelled
        return self.may_act and self.refund.has_failed and not is_over

    @property
    def _why(self) -> str:
        if self.refund.gateway == Gateway.PROCESSOR:
            return str(REASONS.get(self.refund.failure, OTHERWISE))
        return self.refund.failure


@dataclass(frozen=True)
class Payouts:
    """The money of a return: its shares, and one sentence that says how it stands."""

    plan: RefundPlan
    shares: Sequence[Payout]

    @property
    def has_several(self) -> bool:
        return len(self.shares) > 1

    @property
    def sentence(self) -> str:
        """How a return stands that is neither all paid nor all waiting."""
        paid, failed, waiting = (self._sum(*states) for states in (_PAID, _FAILED, Refund.OPEN))
        if failed and paid:
            return _("%(paid)s is paid. %(failed)s is not: try again, or pay it another way.") % {
                "paid": self._money(paid),
                "failed": self._money(failed),
            }
        if failed:
            return _("%(failed)s is not paid: try again, or pay it another way.") % {
                "failed": self._money(failed)
            }
        if paid and waiting:
            return _("%(paid)s is paid, %(waiting)s follows.") % {
                "paid": self._money(paid),
                "waiting": self._money(waiting),
            }
        return ""

    @property
    def is_in_trouble(self) -> bool:
        return any(share.refund.has_failed for share in self.shares)

    @property
    def is_moving(self) -> bool:
        return any(share.refund.is_open for share in self.shares)

    @property
    def waits_for_register(self) -> bool:
        return any(
            share.refund.is_open and share.refund.gateway == Gateway.REGISTER
            for share in self.shares
        )

    @property
    def is_by_register(self) -> bool:
        """Whether the register pays all of it, by the means that paid."""
        return all(
            share.refund.gateway == Gateway.REGISTER and not share.refund.agreement_id
            for share in self.shares
        )

    @property
    def way(self) -> str:
        """Where the money goes, in the words of what happens next."""
        if self.is_by_register:
            return _(
                "The register pays it by the means that paid. "
                "A bank statement shows it within a few days."
            )
        if len(self.shares) == 1 and self.credits:
            return _("The customer pays with it in any of our stores, by its number and its code.")
        return _("Each share goes its own way; how it stands is said beside it.")

    @property
    def credits(self) -> list[Refund]:
        """The shares that were issued as new credit, whose number and code the customer needs."""
        return [share.refund for share in self.shares if is_new_credit(share.refund)]

    @property
    def awaits_code(self) -> bool:
        """Whether the customer must not go yet: without its code he cannot pay with his credit."""
        return any(refund.credit and not refund.credit.has_code for refund in self.credits)

    def _sum(self, *states: str) -> int:
        return sum(s.refund.amount for s in self.shares if s.refund.state in states)

    def _money(self, amount: int) -> str:
        return money(amount, self.plan.currency)


_PAID = (State.PAID,)
_FAILED = (State.FAILED,)


def is_new_credit(refund: Refund) -> bool:
    """Whether an account was issued for it, other than one that had paid."""
    payment = refund.payment
    return refund.is_paid and refund.is_credit and not (payment and payment.credit_use_id)


def of(taken: CustomerReturn, *, may_act: bool) -> Payouts | None:
    """Return where the money of a return is, None when none is due; in two queries."""
    plan = RefundPlan.objects.filter(customer_return=taken).first()
    if plan is None:
        return None
    rows = plan.refunds.select_related("credit", "payment", "plan__customer_return").order_by(
        "position"
    )
    return Payouts(plan, [Payout(refund, may_act) for refund in rows])


@dataclass(frozen=True)
class OtherWay:
    """The form by which a refund that failed goes another way."""

    refund: Refund
    tender: str

    @property
    def options(self) -> list[Option]:
        return [
            Option(code, words_of(code), code == self.tender)
            for code in agreements.MEANS
            # The same again is a retry; a card that failed may be replaced by another one.
            if code == "CARD" or code != self.refund.tender
        ]

    @property
    def question(self) -> str:
        taken = self.refund.plan.customer_return
        return agreements.question(self.tender, is_withdrawal=agreements.is_withdrawal(taken))
