"""Returns as the API reads and writes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders import agreements
from orders.models import (
    Adjustment,
    CustomerReturn,
    Level,
    RefundAgreement,
    Replacement,
    ReturnLine,
    Review,
    Tender,
)
from orders.serializers.fields import BIGGEST_ID, MOST_LINES, Amount, Currency, Units
from orders.serials import read


class FoundReturn(serializers.Serializer[CustomerReturn]):
    """A return, to choose it from a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=CustomerReturn.State.choices)


class Wanted(serializers.Serializer[Any]):
    """An article taken instead: from this store, to be fetched in another one, or shipped."""

    sku = serializers.CharField(max_length=40)
    units = Units()
    fulfilment = serializers.ChoiceField(
        choices=Replacement.Fulfilment.choices, default=Replacement.Fulfilment.HERE
    )
    from_store = serializers.CharField(
        max_length=12, allow_null=True, default=None, help_text="Code of the store that has it."
    )
    is_in_hand = serializers.BooleanField(
        default=False, help_text="Somebody holds it, whatever the count says."
    )


class Choice(serializers.Serializer[Any]):
    """Units of one order line that come back."""

    order_line = serializers.IntegerField(source="order_line_id", min_value=1, max_value=BIGGEST_ID)
    units = Units()
    reason = serializers.ChoiceField(choices=ReturnLine.Reason.choices)
    reason_words = serializers.CharField(max_length=200, allow_blank=True, default="")
    condition = serializers.ChoiceField(choices=ReturnLine.Condition.choices)
    resolution = serializers.ChoiceField(
        choices=ReturnLine.Resolution.choices, default=ReturnLine.Resolution.REFUND
    )
    waiver = serializers.CharField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="Why a rule is waived that the policy lets clerks waive.",
    )
    serials = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        max_length=MOST_LINES,
        help_text="Serial numbers or lots of the units, where the article has them.",
    )
    replacement = serializers.CharField(
        max_length=40,
        allow_null=True,
        default=None,
        help_text="Article number of what is handed over instead, in an exchange.",
    )
    replacements = serializers.ListField(
        child=Wanted(),
        default=list,
        max_length=50,
        help_text="In an exchange: everything taken instead, when it is not just as many of one.",
    )

    def validate_serials(self, given: list[str]) -> tuple[str, ...]:
        return read(given)


class ReturnTold(serializers.Serializer[Any]):
    """What comes back of an order."""

    order = serializers.UUIDField(source="order_id")
    customer = serializers.UUIDField(
        source="customer_id",
        allow_null=True,
        default=None,
        help_text="With it, an order of anybody else is refused.",
    )
    agreed_total = Amount(
        allow_null=True, default=None, help_text="The refund the customer was shown."
    )
    agreed_to_pay = Amount(
        allow_null=True,
        default=None,
        help_text="What the customer was shown that he pays; nothing, when it is not said.",
    )
    agreed_token = serializers.CharField(
        max_length=64,
        allow_blank=True,
        default="",
        help_text="The token of the quote he was shown: nothing else is taken.",
    )
    currency = Currency(
        allow_null=True, default=None, help_text="With it, an order in another is refused."
    )
    pay_by = serializers.ChoiceField(
        choices=[(code, code) for code in agreements.MEANS],
        allow_blank=True,
        default="",
        help_text="The means the customer prefers to those that paid; needs `pay_by_how`.",
    )
    pay_by_how = serializers.ChoiceField(
        choices=RefundAgreement.How.choices,
        allow_blank=True,
        default="",
        help_text="How he agreed to it.",
    )
    ask_for_review = serializers.BooleanField(
        default=False, help_text="Ask people about what the rules refuse, instead of a refusal."
    )
    lines = serializers.ListField(
        source="choices", child=Choice(), min_length=1, max_length=MOST_LINES
    )


class ObjectionRead(serializers.Serializer[Any]):
    """One rule's no, and who may overrule it."""

    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    sentence = serializers.CharField()
    customer_sentence = serializers.CharField()
    evidence = serializers.DictField()


class NoticeRead(serializers.Serializer[Any]):
    """What a human is told of; it holds nothing up."""

    rule = serializers.CharField()
    sentence = serializers.CharField()
    evidence = serializers.DictField()


class SuggestionsAsked(serializers.Serializer[Any]):
    """Whether a quote says what might be taken instead; it costs three queries more."""

    suggestions = serializers.BooleanField(default=False)


class QuoteAsked(ReturnTold, SuggestionsAsked):
    """What might come back of an order."""


class SuggestionRead(serializers.Serializer[Any]):
    """An article to take instead; `count` of `total` like customers took it, 0 of 0: too few."""

    sku = serializers.CharField(source="product.sku")
    name = serializers.CharField(source="product.name")
    variant = serializers.CharField(source="product.variant")
    why = serializers.CharField()
    count = serializers.IntegerField()
    total = serializers.IntegerField()
    available = serializers.IntegerField(
        allow_null=True, help_text="In the key's store; null: it is not counted there."
    )


class QuotedLine(serializers.Serializer[Any]):
    order_line = serializers.IntegerField(source="choice.order_line_id")
    units = serializers.IntegerField(source="choice.units")
    left_units = serializers.IntegerField(source="left")
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()
    right = serializers.CharField(source="decision.right")
    sentence = serializers.CharField(source="decision.sentence")
    level = serializers.ChoiceField(
        choices=Level.choices, source="decision.level", help_text="Who may overrule a no."
    )
    rule = serializers.CharField(source="decision.rule", help_text="The rule that decides.")
    until = serializers.DateField(source="decision.until", allow_null=True)
    evidence = serializers.DictField(
        source="decision.evidence", help_text="Figures, codes and days the rule looked at."
    )
    customer_sentence = serializers.CharField(source="decision.customer_sentence")
    objections = ObjectionRead(source="decision.objections", many=True)
    notices = NoticeRead(source="decision.notices", many=True)
    problem = serializers.SerializerMethodField(help_text="The code of the no, empty for a yes.")
    suggestions = serializers.SerializerMethodField(help_text="Filled when they are asked for.")

    @extend_schema_field(SuggestionRead(many=True))
    def get_suggestions(self, line: Any) -> Any:
        found = self.context.get("suggestions", {}).get(line.line.pk, [])
        return SuggestionRead(found, many=True).data

    def get_problem(self, line: Any) -> str:
        return line.problem.code if line.problem else ""


class Share(serializers.Serializer[Any]):
    tender = serializers.ChoiceField(choices=Tender.choices, source="goes_by")
    amount = serializers.IntegerField()


class AdjustmentRead(serializers.Serializer[Any]):
    """A fee, or what promotions keep or give back; added to the refund, negative keeps back."""

    kind = serializers.ChoiceField(choices=Adjustment.Kind.choices)
    rule = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    order = serializers.UUIDField(source="order_id")
    order_line = serializers.IntegerField(source="order_line_id", allow_null=True)
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()


class Charge(serializers.Serializer[Any]):
    """What an article costs that is taken instead."""

    order_line = serializers.IntegerField(source="order_line_id")
    sku = serializers.CharField(source="product.sku")
    units = serializers.IntegerField()
    is_same = serializers.BooleanField(help_text="At the price first paid.")
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()


class ReturnQuote(serializers.Serializer[Any]):
    """What the customer would get back, and by which tenders, cash last."""

    currency = serializers.CharField()
    may_be_taken = serializers.BooleanField()
    refund_total = serializers.IntegerField()
    exchange_total = serializers.IntegerField()
    charge_total = serializers.IntegerField(help_text="What everything costs that is taken.")
    to_pay = serializers.IntegerField(help_text="What the customer pays; then he gets nothing.")
    charges = Charge(many=True, source="bill.charges", default=list)
    token = serializers.CharField(help_text="Changes as soon as anything of the quote does.")
    problem = serializers.SerializerMethodField(
        help_text="The code of what stands in the way beside the lines' own; empty: nothing."
    )
    lines = QuotedLine(many=True)
    adjustments = AdjustmentRead(many=True)
    refunds = Share(many=True)

    def get_problem(self, quote: Any) -> str:
        return quote.problem.code if quote.problem else ""


class ReturnLineRead(serializers.Serializer[ReturnLine]):
    order_line = serializers.IntegerField(source="order_line_id", allow_null=True)
    sku = serializers.CharField(source="product.sku")
    units = serializers.IntegerField()
    reason = serializers.CharField()
    condition = serializers.CharField()
    right = serializers.CharField()
    resolution = serializers.ChoiceField(choices=ReturnLine.Resolution.choices)
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()


class RefundRead(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = serializers.IntegerField()
    state = serializers.CharField()
    reference = serializers.CharField()


class ReviewRead(serializers.Serializer[Review]):
    """What a person was asked about a line, and what he said."""

    id = serializers.UUIDField()
    order_line = serializers.IntegerField(source="order_line_id", allow_null=True)
    kind = serializers.ChoiceField(choices=Review.Kind.choices)
    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    state = serializers.ChoiceField(choices=Review.State.choices)
    words = serializers.CharField(help_text="For the customer, when it is a no.")
    due_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ReplacementRead(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    sku = serializers.CharField(source="product.sku")
    units = serializers.IntegerField()
    fulfilment = serializers.ChoiceField(choices=Replacement.Fulfilment.choices)
    from_store = serializers.CharField(source="from_store.code", allow_null=True, default=None)
    is_same = serializers.BooleanField(help_text="At the price first paid.")
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()
    handed_over_at = serializers.DateTimeField(allow_null=True)


class ExchangeRead(serializers.Serializer[Any]):
    """Credit and adjustments less charges: what the customer receives, or pays when negative."""

    state = serializers.CharField()
    order = serializers.UUIDField(source="order_id", allow_null=True)
    credit = serializers.IntegerField()
    adjustments = serializers.IntegerField()
    charges = serializers.IntegerField()
    difference = serializers.IntegerField()
    to_pay = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True, help_text="Until when the first is awaited.")
    ending = serializers.CharField()
    replacements = ReplacementRead(many=True, source="customer_return.replacements.all")


class ReturnRead(FoundReturn):
    """A return: what came back, and who gets which money."""

    order = serializers.UUIDField(source="order_id", allow_null=True)
    customer = serializers.UUIDField(source="customer_id", allow_null=True)
    store = serializers.CharField(source="store.code", allow_null=True, default=None)
    currency = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    lines = ReturnLineRead(many=True)
    adjustments = AdjustmentRead(many=True)
    reviews = ReviewRead(many=True)
    refunds = serializers.SerializerMethodField()
    exchange = ExchangeRead(allow_null=True, default=None)

    @extend_schema_field(RefundRead(many=True))
    def get_refunds(self, taken: CustomerReturn) -> Any:
        plan = getattr(taken, "refund_plan", None)
        return RefundRead(plan.refunds.order_by("position") if plan else [], many=True).data
