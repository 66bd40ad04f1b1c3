"""
May it come back, under which right, until when, and who may overrule a no.

Order of decision (rules.md 1.5): the legal right, then the announced policy in force when the line
was sold, then what a human granted by the level of each rule.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from orders.models import Level, OrderLine, PolicyVersion, ReturnLine
from orders.policies import clocks, words
from orders.policies.book import PolicyBook
from orders.policies.clocks import Clock
from orders.policies.decisions import Decision, Evidence, Fee, Notice, Objection
from orders.policies.rules import (
    LEVEL,
    NOT_CONFORM,
    OF_THE_RETURN,
    RULES,
    Asked,
    Costs,
    LastDay,
    No,
)

Right = ReturnLine.Right
# From nobody needed to nobody at all.
STRICTNESS = {level: place for place, level in enumerate(Level.values)}


def outlook(line: OrderLine, *, book: PolicyBook, now: datetime) -> Decision:
    """Return the best right the line still has for a customer who gives no reason yet."""
    if refusal := _never(line):
        return refusal
    today = clocks.day_of(now)
    if best := _running(clocks.withdrawal(line), today):
        return best
    announced = _announced(Asked(line, now), book.in_force(line), ())
    if announced.may_return:
        return announced
    return _running(clocks.conformity(line), today) or announced


def decide(
    line: OrderLine,
    *,
    reason: str,
    condition: str,
    book: PolicyBook,
    now: datetime,
    worth: int = 0,
    proof: str = "",
    taken: int = 0,
    granted: Container[str] = (),
    units: int = 1,
) -> Decision:
    """
    Return whether units of the line may come back for that reason in that condition.

    `worth` is the paid share of the units in minor units, of which `taken` pays for what is taken
    instead: fees are computed on the rest. `granted` are the rules that a human has overruled for
    this line. `units` come back: of a line that was withdrawn from in part, so many may.
    """
    if refusal := _never(line):
        return refusal
    today = clocks.day_of(now)
    conformity = clocks.conformity(line) if reason in NOT_CONFORM else None
    legal = _running(conformity, today)
    legal = legal or _running(clocks.withdrawal(line, condition=condition, units=units), today)
    if legal:
        return legal
    asked = Asked(line, now, condition, proof, worth, taken)
    return _announced(asked, book.in_force(line), granted)


def refusal(
    rule: str, *, level: str, evidence: Evidence | None = None, policy: PolicyVersion | None = None
) -> Decision:
    """Return a no by that rule alone."""
    return no([objection(rule, level, evidence or {})], policy)


def objection(
    rule: str, level: str, evidence: Evidence, own: Mapping[str, Any] | None = None
) -> Objection:
    """Return the rule's no in words, those of the version before ours."""
    return Objection(
        rule=rule,
        level=level,
        sentence=words.clerk(rule, evidence, own),
        customer_sentence=words.customer(rule, evidence, own),
        evidence=evidence,
        own=own,
    )


def no(
    objections: list[Objection], policy: PolicyVersion | None, notices: tuple[Notice, ...] = ()
) -> Decision:
    """Return the no of those objections: the strictest speaks for all."""
    strictest = max(objections, key=lambda one: STRICTNESS[one.level])
    return Decision(
        right="",
        until=None,
        sentence=strictest.sentence,
        policy=policy,
        level=strictest.level,
        rule=strictest.rule,
        evidence=strictest.evidence,
        customer_sentence=strictest.customer_sentence,
        notices=notices,
        objections=tuple(objections),
    )


def _never(line: OrderLine) -> Decision | None:
    if line.order.is_historical:
        return refusal("imported_history", level=Level.NOBODY)
    if not line.product.is_goods:
        return refusal("not_goods", level=Level.NOBODY)
    if clocks.handed_over_on(line) is None:
        return refusal("not_handed_over", level=Level.NOBODY)
    return None


def _running(clock: Clock | None, today: date) -> Decision | None:
    """Return the yes of a legal right whose clock still runs."""
    if clock is None or not clock.is_running(today):
        return None
    rule, evidence = clock.rule, clock.evidence(today)
    return Decision(
        right=clock.right,
        until=clock.until,
        sentence=words.clerk(rule, evidence),
        rule=rule,
        evidence=evidence,
        customer_sentence=words.customer(rule, evidence),
    )


@dataclass
class _Answers:
    """What the rules of one version said, before it is put together."""

    objections: list[Objection] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    last: LastDay | None = None
    is_overruled: bool = False


def _announced(asked: Asked, policy: PolicyVersion | None, granted: Container[str]) -> Decision:
    if policy is None:
        return _without_policy(granted)
    answers = _Answers()
    for rule in policy.rules:
        _ask(rule, asked, granted, answers)
    if answers.objections:
        return no(answers.objections, policy, tuple(answers.notices))
    return _yes(policy, answers)


def _without_policy(granted: Container[str]) -> Decision:
    if "no_policy" in granted:
        return _granted(None, _Answers())
    return refusal("no_policy", level=LEVEL)


def _ask(rule: Mapping[str, Any], asked: Asked, granted: Container[str], into: _Answers) -> None:
    name, level, own = rule["rule"], rule.get("level", LEVEL), rule.get("words")
    if name in OF_THE_RETURN:
        return
    # Written by a newer omnistore than this one: somebody has to read it.
    answer = RULES[name](rule, asked) if name in RULES else No({"rule": name})
    name = name if name in RULES else "unknown_rule"
    match answer:
        case LastDay():
            into.last = answer
        case Costs() if name not in granted:
            into.fees.append(_fee(name, level, answer, own))
        case No() if level == Level.AUTOMATIC:
            said = words.clerk(name, answer.evidence, own)
            into.notices.append(Notice(name, said, answer.evidence, own))
        case No() if name in granted:
            into.is_overruled = True
        case No():
            into.objections.append(objection(name, level, answer.evidence, own))


def _fee(name: str, level: str, answer: Costs, own: Mapping[str, Any] | None) -> Fee:
    return Fee(
        rule=name,
        amount=answer.amount,
        is_per_return=answer.is_per_return,
        level=level,
        sentence=words.clerk(name, answer.evidence, own),
        customer_sentence=words.customer(name, answer.evidence, own),
    )


def _yes(policy: PolicyVersion, answers: _Answers) -> Decision:
    if answers.is_overruled:
        return _granted(policy, answers)
    rule = "policy" if answers.last else "policy_always"
    evidence: Evidence = answers.last.evidence if answers.last else {}
    evidence = {**evidence, "version": policy.version}
    return Decision(
        right=Right.POLICY,
        until=answers.last.until if answers.last else None,
        sentence=words.clerk(rule, evidence),
        policy=policy,
        rule="policy",
        evidence=evidence,
        customer_sentence=words.customer(rule, evidence),
        fees=tuple(answers.fees),
        notices=tuple(answers.notices),
    )


def _granted(policy: PolicyVersion | None, answers: _Answers) -> Decision:
    return Decision(
        right=Right.GESTURE,
        until=None,
        sentence=words.clerk("gesture", {}),
        policy=policy,
        rule="gesture",
        customer_sentence=words.customer("gesture", {}),
        fees=tuple(answers.fees),
        notices=tuple(answers.notices),
    )
