"""What a clerk sends about a return: one small form per line that has units."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers import emails
from orders import serials, wishes, withdrawals
from orders.models import Opinion, ReturnLine
from orders.prospects import Offer
from orders.quotes import Choice
from orders.screens import Fold
from orders.unproven import Wanted
from orders.withdrawals import Open

# A longer list is no list any more; who brings more asks at the counter.
MOST_UNITS = 50
LONGEST_NUMBER = 7


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


class AtHomeForm(forms.Form):
    """One line as its customer says it: he exchanges and waives nothing at home."""

    units = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    reason = forms.ChoiceField(choices=ReturnLine.Reason.choices, required=False)
    reason_words = forms.CharField(max_length=200, required=False)
    condition = forms.ChoiceField(choices=ReturnLine.Condition.choices, required=False)

    def choice(self, line_id: int) -> Choice:
        """Return what is valid of it; the rest counts as not said."""
        self.is_valid()
        said = self.cleaned_data
        is_other = said.get("reason") == ReturnLine.Reason.OTHER
        return Choice(
            order_line_id=line_id,
            units=said.get("units") or 1,
            reason=said.get("reason", ""),
            reason_words=said.get("reason_words", "") if is_other else "",
            condition=said.get("condition", ""),
        )


class WithdrawalForm(forms.Form):
    """
    Who withdraws from what: `l12-take` and `l12-units` of the lines that are open.

    Opened, it has all of them ticked: a customer who says nothing else withdraws from everything.
    """

    name = forms.CharField(label=_("Your name"), max_length=100)
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("For the acknowledgement, and for nothing else."),
    )

    def __init__(self, posted: QueryDict | None, *, left: Iterable[Open]) -> None:
        super().__init__(posted, auto_id="withdrawal-%s")
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.rows = [WithdrawalRow(one, posted) for one in left]

    @property
    def units(self) -> dict[int, int]:
        return {row.open.line.pk: row.units for row in self.rows if row.is_taken}

    def clean_name(self) -> str:
        # It goes into a letter: one line, whatever was typed.
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_email(self) -> str:
        return emails.normalise(self.cleaned_data["email"]) or ""

    def clean(self) -> dict[str, Any]:
        if self.rows and not self.units:
            self.add_error(None, _("Tick at least one article."))
        if not self.rows:
            self.add_error(None, withdrawals.NothingToWithdraw().sentence)
        return self.cleaned_data


class WithdrawalRow:
    """One line from which he may withdraw, ticked unless he said otherwise."""

    def __init__(self, one: Open, posted: QueryDict | None) -> None:
        self.open, self.key = one, f"l{one.line.pk}"
        self.is_taken = posted is None or bool(posted.get(f"{self.key}-take"))
        said = posted.get(f"{self.key}-units", "") if posted is not None else ""
        number = int(said) if said.isdecimal() and len(said) < LONGEST_NUMBER else 0
        self.units = number or one.units

    @property
    def choices(self) -> range:
        return range(1, min(self.open.units, MOST_UNITS) + 1)


class PreparedForm:
    """A return as it is prepared at home: `l12-take`, `l12-units`, … of the lines on offer."""

    def __init__(self, offered: Iterable[Offer], posted: QueryDict | None = None) -> None:
        self.rows = [PreparedRow(offer, posted) for offer in offered]

    @property
    def choices(self) -> list[Choice]:
        return [row.choice for row in self.rows if row.is_taken]

    def refuse(self, wrong: Mapping[int, str]) -> None:
        """Say at each line what has to be mended."""
        for row in self.rows:
            row.wrong = wrong.get(row.offer.line.pk, "")


class PreparedRow:
    """One line of the form with what was said of it."""

    def __init__(self, offer: Offer, posted: QueryDict | None) -> None:
        self.offer, self.key, self.wrong = offer, f"l{offer.line.pk}", ""
        self.is_taken = offer.is_open and bool(posted and posted.get(f"{self.key}-take"))
        said = AtHomeForm(posted if self.is_taken else {}, prefix=self.key)
        self.choice = said.choice(offer.line.pk)

    @property
    def units(self) -> range:
        """How many he may choose."""
        return range(1, min(self.offer.left, MOST_UNITS) + 1)


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
