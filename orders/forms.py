"""What a clerk sends about a return: one small form per line that has units."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders import serials, wishes
from orders.models import Opinion, ReturnLine
from orders.quotes import Choice
from orders.screens import Fold
from orders.unproven import Wanted


class ChoiceForm(forms.Form):
    """One line of a return as it was typed and tapped; what is missing is said by the quote."""

    units = forms.IntegerField(min_value=1, max_value=1_000_000)
    reason = forms.ChoiceField(choices=ReturnLine.Reason.choices, required=False)
    reason_words = forms.CharField(max_length=200, required=False)
    condition = forms.ChoiceField(choices=ReturnLine.Condition.choices, required=False)
    resolution = forms.ChoiceField(choices=ReturnLine.Resolution.choices, required=False)
    # What the customer takes instead, and from where, in one word.
    replacement = forms.CharField(max_length=40, required=False)
    waiver = forms.CharField(max_length=200, required=False)

    def choice(self, line_id: int, numbers: Iterable[str] = ()) -> Choice:
        """Return the valid part of the form as a choice; the rest counts as not said."""
        said: dict[str, Any] = getattr(self, "cleaned_data", {})
        is_other = said.get("reason") == ReturnLine.Reason.OTHER
        wanted = wishes.read(said.get("replacement", ""), units=said["units"])
        return Choice(
            order_line_id=line_id,
            units=said["units"],
            reason=said.get("reason", ""),
            # The field for them is there for "other" only, hidden with what was typed in it.
            reason_words=said.get("reason_words", "") if is_other else "",
            condition=said.get("condition", ""),
            resolution=said.get("resolution") or ReturnLine.Resolution.REFUND,
            replacements=(wanted,) if wanted else (),
            waiver=said.get("waiver", ""),
            serials=serials.read(numbers)[: said["units"] + 1],
        )


class ChoicesForm:
    """The whole return as posted: `l12-units`, `l12-reason`, … for each order line with units."""

    def __init__(self, posted: QueryDict, line_ids: Iterable[int]) -> None:
        self.fold = _fold(posted)
        self.on_screen = frozenset(_numbers(posted.getlist("open")))
        self.choices: list[Choice] = []
        self.wrong: dict[int, str] = {}
        for line_id in line_ids:
            prefix = f"l{line_id}"
            if posted.get(f"{prefix}-units", "").strip() in ("", "0"):
                continue
            form = ChoiceForm(posted, prefix=prefix)
            form.is_valid()
            if "units" in form.cleaned_data:
                self.choices.append(form.choice(line_id, posted.getlist(f"{prefix}-serial")))
            else:
                self.wrong[line_id] = str(form.errors["units"][0])


def _fold(posted: QueryDict) -> Fold | None:
    first = posted.get("first")
    if first is None:
        return None
    return Fold(first=frozenset(_numbers(first.split(","))), is_open=bool(posted.get("unfolded")))


def _numbers(texts: Iterable[str]) -> Iterable[int]:
    return (int(text) for text in texts if text.isdecimal() and len(text) < 18)


class AgreementForm(forms.Form):
    """The refund the customer was shown, in minor units, and its quote; empty when none was."""

    agreed = forms.IntegerField(min_value=0, max_value=2**62, required=False)
    token = forms.CharField(max_length=64, required=False)


class DecisionForm(forms.Form):
    """A person's answer to open reviews: which, yes or no, and in which words."""

    review = forms.CharField(max_length=2000)
    say = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(max_length=300, required=False)

    def clean_review(self) -> list[UUID]:
        try:
            return [UUID(text) for text in self.cleaned_data["review"].split(",") if text]
        except ValueError as error:
            raise forms.ValidationError("", code="invalid") from error

    @property
    def review_ids(self) -> list[UUID]:
        found: list[UUID] = self.cleaned_data["review"]
        return found

    @property
    def is_approved(self) -> bool:
        return bool(self.cleaned_data["say"] == "yes")


class WantedForm:
    """A return without receipt as posted: `p12-units`, `p12-reason`, … for each article."""

    def __init__(self, posted: QueryDict, lines: Iterable[ReturnLine]) -> None:
        self.wanted: list[Wanted] = []
        for line in lines:
            form = ChoiceForm(posted, prefix=f"p{line.product_id}")
            form.is_valid()
            said: dict[str, Any] = form.cleaned_data
            if said.get("units"):
                self.wanted.append(
                    Wanted(
                        product_id=line.product_id,
                        units=said["units"],
                        reason=said.get("reason", ""),
                        reason_words=said.get("reason_words", ""),
                        condition=said.get("condition", ""),
                    )
                )


class OpinionForm(forms.Form):
    """What a customer says of his visit: a mark on the scale, and words if he likes."""

    score = forms.IntegerField(
        error_messages=dict.fromkeys(("required", "invalid"), _("Choose one of them, please."))
    )
    comment = forms.CharField(max_length=Opinion.LONGEST_COMMENT, required=False)
    wants_call = forms.BooleanField(required=False)

    def __init__(self, posted: QueryDict | None, *, asked: Opinion) -> None:
        # Browsers count a line break once and send it as two characters.
        super().__init__(_with_short_breaks(posted) if posted is not None else None)
        self.asked = asked

    def clean_score(self) -> int:
        score: int = self.cleaned_data["score"]
        if not self.asked.marks.lowest <= score <= self.asked.marks.highest:
            raise ValidationError(_("Choose one of them, please."))
        return score

    @property
    def steps(self) -> list[tuple[int, bool]]:
        """Every mark that may be given, and whether it was."""
        given = str(self["score"].value())
        return [(step, str(step) == given) for step in self.asked.steps]

    @property
    def said(self) -> dict[str, Any]:
        return self.cleaned_data


def _with_short_breaks(posted: QueryDict) -> dict[str, Any]:
    return {name: str(posted[name]).replace("\r\n", "\n") for name in posted}
