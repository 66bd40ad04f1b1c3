"""
May it come back, under which right, until when.

Order of decision (rules.md 1.5): the legal right, then the announced policy in force when the line
was sold. Humans who overrule come with reviews; until then a no names its rule and its evidence.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from omnistore.words import day
from orders.models import Level, Order, OrderLine, PolicyVersion, ReturnLine
from orders.policies.decisions import Decision, Fee, Notice, Objection

__all__ = [
    "RULES",
    "Decision",
    "Fee",
    "Notice",
    "Objection",
    "PolicyBook",
    "decide",
    "outlook",
]

Right = ReturnLine.Right
Reason = ReturnLine.Reason

# Consumer Code L221-18: fourteen days from the last parcel or the pick-up.
WITHDRAWAL = timedelta(days=14)
# Consumer Code L217-3: two years from delivery, in store too.
CONFORMITY_YEARS = 2
# Reasons by which the customer says that the article is not what was sold.
NOT_CONFORM = (Reason.DEFECTIVE, Reason.NOT_AS_DESCRIBED, Reason.WRONG_ITEM)


class PolicyBook:
    """Every version ever announced, read once per request."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        self._versions = list(versions)

    @classmethod
    def read(cls) -> "PolicyBook":
        """Return the whole book, in one query."""
        return cls(PolicyVersion.objects.order_by("start_at", "version"))

    def in_force(self, line: OrderLine) -> PolicyVersion | None:
        """Return the version for the line's store and class when it was sold, closest first."""
        origin = _origin(line)
        fitting = [
            version
            for version in self._versions
            if version.start_at <= origin.placed_at
            and version.store_id in (None, origin.store_id)
            and version.product_class in ("", line.product.product_class)
        ]
        # The last of the closest: versions stand in the order in which they came into force.
        return max(
            reversed(fitting),
            key=lambda v: (v.store_id is not None, v.product_class != ""),
            default=None,
        )


def outlook(line: OrderLine, *, book: PolicyBook, now: datetime) -> Decision:
    """Return the best right the line still has for a customer who gives no reason yet."""
    if refusal := _never(line):
        return refusal
    best = _withdrawal(line, now) or _announced(line, book.in_force(line), "", now)
    if best.may_return:
        return best
    return _conformity(line, now) or best


def decide(
    line: OrderLine,
    *,
    reason: str,
    condition: str,
    book: PolicyBook,
    now: datetime,
    worth: int = 0,
    granted: Container[str] = (),
) -> Decision:
    """
    Return whether units of the line may come back for that reason in that condition.

    `worth` is the paid share of the units, in minor units: fees are computed on it. `granted` are
    the rules that a human has overruled for this line.
    """
    if refusal := _never(line):
        return refusal
    legal = _conformity(line, now) if reason in NOT_CONFORM else None
    legal = legal or _withdrawal(line, now)
    return legal or _announced(line, book.in_force(line), condition, now)


def _origin(line: OrderLine) -> Order:
    # Exchanged goods keep the clocks of what was first bought: an exchange is no new contract.
    return line.paid_by or line.order


def _handed_over_on(line: OrderLine) -> date | None:
    at = _origin(line).delivered_at
    return localtime(at).date() if at else None


def _never(line: OrderLine) -> Decision | None:
    if line.order.is_historical:
        return _no(_("Imported history: nothing in it comes back."))
    if not line.product.is_goods:
        return _no(_("A service or charge, nothing to bring back."))
    if _handed_over_on(line) is None:
        return _no(_("Not handed over yet."))
    return None


def _no(sentence: str, policy: PolicyVersion | None = None) -> Decision:
    return Decision(right="", until=None, sentence=sentence, policy=policy, level=Level.NOBODY)


def _withdrawal(line: OrderLine, now: datetime) -> Decision | None:
    start = _handed_over_on(line)
    if not _origin(line).is_at_a_distance or line.product.has_no_withdrawal or start is None:
        return None
    until = start + WITHDRAWAL
    if localdate(now) > until:
        return None
    return Decision(Right.WITHDRAWAL, until, _("withdrawal until %(day)s") % {"day": day(until)})


def _conformity(line: OrderLine, now: datetime) -> Decision | None:
    start = _handed_over_on(line)
    if start is None or localdate(now) > (until := _years_after(start, CONFORMITY_YEARS)):
        return None
    sentence = _("conformity until %(day)s") % {"day": day(until)}
    return Decision(Right.CONFORMITY, until, sentence)


def _years_after(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February
        return start.replace(year=start.year + years, day=28)


def _announced(
    line: OrderLine, policy: PolicyVersion | None, condition: str, now: datetime
) -> Decision:
    if policy is None:
        return _no(_("No return policy was announced when it was sold."))
    until: date | None = None
    for rule in policy.rules:
        verdict = RULES[rule["rule"]](rule, line, condition, now)
        if isinstance(verdict, str):
            return _no(verdict, policy)
        until = verdict or until
    sentence = _("exchange or refund until %(day)s") % {"day": day(until)}
    if until is None:
        sentence = _("exchange or refund at any time")
    return Decision(Right.POLICY, until, sentence, policy)


# A rule answers with words for the clerk when it says no, with a last day, or with nothing.
Rule = Callable[[Mapping[str, Any], OrderLine, str, datetime], str | date | None]


def window(
    rule: Mapping[str, Any], line: OrderLine, condition: str, now: datetime
) -> str | date | None:
    """`{"rule": "window", "days": 30}`: so many days from the day it was handed over."""
    start = _handed_over_on(line)
    if start is None:
        return None
    until = start + timedelta(days=rule["days"])
    if localdate(now) > until:
        return _("The announced %(days)s days ended on %(day)s.") % {
            "days": rule["days"],
            "day": day(until),
        }
    return until


def final_sale(
    rule: Mapping[str, Any], line: OrderLine, condition: str, now: datetime
) -> str | date | None:
    """`{"rule": "final_sale"}`: what was sold as final stays sold."""
    if line.is_final_sale:
        return _("Sold as a final sale, as announced on the receipt.")
    return None


def conditions(
    rule: Mapping[str, Any], line: OrderLine, condition: str, now: datetime
) -> str | date | None:
    """`{"rule": "conditions", "allowed": ["AS_NEW", "OPENED"]}`: the states that are accepted."""
    if condition and condition not in rule["allowed"]:
        return _("The announced policy takes it back in good condition only.")
    return None


RULES: dict[str, Rule] = {"window": window, "final_sale": final_sale, "conditions": conditions}
