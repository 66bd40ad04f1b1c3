"""
May it come back, under which right, until when, and who may overrule a no.

Order of decision (rules.md 1.5): the legal right (`clocks`), then the announced policy in force
when the line was sold (`book`, `rules`), then the limits of the whole return (`limits`); each no
has a level that says who may overrule it. New versions are written by `announce`.
"""

from orders.policies.book import PolicyBook
from orders.policies.clocks import may_withdraw, sent_back_by
from orders.policies.decisions import Decision, Fee, Notice, Objection
from orders.policies.guarantees import prolong, renew
from orders.policies.limits import LIMITS, Case, CaseLine, Earlier, weigh
from orders.policies.previews import Preview, preview
from orders.policies.rules import RULES
from orders.policies.verdicts import STRICTNESS, decide, outlook, refusal
from orders.policies.versions import InvalidRules, PolicyOfThePast, VersionTaken, announce

__all__ = [
    "LIMITS",
    "RULES",
    "STRICTNESS",
    "Case",
    "CaseLine",
    "Decision",
    "Earlier",
    "Fee",
    "InvalidRules",
    "Notice",
    "Objection",
    "PolicyBook",
    "PolicyOfThePast",
    "Preview",
    "VersionTaken",
    "announce",
    "decide",
    "may_withdraw",
    "outlook",
    "preview",
    "prolong",
    "refusal",
    "renew",
    "sent_back_by",
    "weigh",
]
