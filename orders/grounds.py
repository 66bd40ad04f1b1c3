"""The grounds of a decision, for a screen: which rule, on what evidence, who may overrule it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Level, ReturnLine
from orders.policies import Decision, schema, words

WHO: dict[str, str | Promise] = {
    Level.AUTOMATIC: gettext_lazy("Nobody has to agree."),
    Level.WAIVABLE: gettext_lazy("The clerk may waive it."),
    Level.APPROVER: gettext_lazy("A manager may agree, here or from afar."),
    Level.BEFOREHAND: gettext_lazy("A manager has to agree before the goods are taken."),
    Level.NOBODY: gettext_lazy("Nobody may overrule this."),
}


@dataclass(frozen=True)
class Grounds:
    """What a clerk needs to say yes or no with a good conscience, and what to tell the customer."""

    rule: str
    is_yes: bool
    who: str
    evidence: Sequence[tuple[str, str]]
    customer_sentence: str
    others: Sequence[str]
    told: Sequence[str]
    kept: Sequence[str]


def of(decision: Decision) -> Grounds:
    """Return the decision's grounds in the language of the moment."""
    strictest = decision.sentence
    return Grounds(
        rule=name_of(decision),
        is_yes=decision.may_return,
        who=str(WHO[decision.level]),
        evidence=words.pairs(decision.evidence),
        customer_sentence=decision.customer_sentence,
        others=[no.sentence for no in decision.objections if no.sentence != strictest],
        told=[notice.sentence for notice in decision.notices],
        kept=[fee.sentence for fee in decision.fees if fee.sentence],
    )


def name_of(decision: Decision) -> str:
    """Return what the deciding right or rule is called."""
    if decision.right:
        return str(ReturnLine.Right(decision.right).label)
    if decision.rule in schema.NAMES:
        return str(schema.NAMES[decision.rule])
    return _("The facts")
