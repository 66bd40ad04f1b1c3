"""What the pages of a policy show: its rules in words, and last month under them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.words import listed, money
from orders.models import Level, PolicyVersion
from orders.policies import Preview, preview, schema, words
from orders.policies.previews import MOST_LINES, OUTCOMES, Change, Figure
from orders.policies.rules import LEVEL

OUTCOME_WORDS: dict[str, str | Promise] = {
    "AUTOMATIC": gettext_lazy("by themselves"),
    "HUMAN": gettext_lazy("a human decides"),
    "REFUSED": gettext_lazy("refused"),
}
LEFT_OUT: dict[str, str | Promise] = {
    "IMPORTED": gettext_lazy("of imported history"),
    "UNPROVEN": gettext_lazy("without a purchase of ours"),
    "SCOPE": gettext_lazy("of other stores or products"),
    "BEYOND": gettext_lazy("beyond the latest %(most)s"),
}


@admin.display(description=gettext_lazy("rules"))
def written_rules(version: PolicyVersion) -> SafeString:
    """Return the rules line by line: their name, their figures, who may overrule them."""
    levels = dict(Level.choices)
    lines = (
        (
            str(schema.NAMES.get(rule["rule"], rule["rule"])),
            f"{figures} · " if (figures := _figures(rule)) else "",
            str(levels.get(rule.get("level", LEVEL), "")),
        )
        for rule in version.rules
    )
    return format_html_join("", "<p><strong>{}</strong> · {}<em>{}</em></p>", lines)


def _figures(rule: Mapping[str, Any]) -> str:
    said = {
        key: ",".join(value) if isinstance(value, list) else value
        for key, value in rule.items()
        if key not in ("rule", "level", "words", "currency")
    }
    shown = words.written(said | {"currency": rule["currency"]} if "currency" in rule else said)
    return listed(
        f"{words.LABELS.get(key, key)} {shown[key]}" if key in words.LABELS else shown[key]
        for key in said
    )


@dataclass(frozen=True)
class Row:
    """One outcome: how many lines and how much money go that way, before and after."""

    words: str
    before: Figure
    after: Figure
    before_amounts: str
    after_amounts: str

    @property
    def is_other(self) -> bool:
        return self.before.lines != self.after.lines


def shown_preview(version: PolicyVersion, *, now: datetime) -> dict[str, Any]:
    """Return what the page shows of last month under the version."""
    found = preview(version, now=now)
    return {
        "found": found,
        "rows": [
            Row(
                str(OUTCOME_WORDS[key]),
                found.before[key],
                found.after[key],
                _amounts(found.before[key].amounts),
                _amounts(found.after[key].amounts),
            )
            for key in OUTCOMES
        ],
        "fees": (_amounts(found.fees_before), _amounts(found.fees_after)),
        "changes": [_change(change) for change in found.changes.values()],
        "left_out": list(_left_out(found)),
        "looked_at": sum(found.before[key].lines for key in OUTCOMES),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "was": OUTCOME_WORDS[change.was],
        "becomes": OUTCOME_WORDS[change.becomes],
        "lines": change.figure.lines,
        "amounts": _amounts(change.figure.amounts),
        "examples": [
            (one.number, one.sku, money(one.amount, one.currency), one.sentence)
            for one in change.examples
        ],
    }


def _left_out(found: Preview) -> Iterable[str]:
    for why, count in found.left_out.items():
        yield f"{count} {str(LEFT_OUT[why]) % {'most': MOST_LINES}}"


def _amounts(amounts: Mapping[str, int]) -> str:
    if not any(amounts.values()):
        return _("nothing")
    return listed(money(amount, currency) for currency, amount in sorted(amounts.items()))
