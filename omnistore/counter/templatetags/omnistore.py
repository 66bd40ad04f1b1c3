"""`omnistore.words` for templates: `{{ refund.amount|money:refund.currency }}`."""

from babel.numbers import format_decimal
from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from customers.models import Identifier
from omnistore import words

register = template.Library()

for write in (words.money, words.phone, words.ago, words.day):
    register.filter(write.__name__, write)


@register.filter(name="input")
def styled_input(field: BoundField) -> SafeString:
    """Return the form field's own widget in the looks of `components/field.html`."""
    return field.as_widget(attrs={"class": "field__input"})


@register.filter
def amount(number: int) -> str:
    """Return the whole number as people write it: 1 240 or 1,240."""
    return format_decimal(number, locale=get_language() or "fr")


@register.filter
def whole(number: str) -> str:
    """Return the number of an order so that no line ends in its middle."""
    return number.replace("-", "\N{NON-BREAKING HYPHEN}")


@register.filter
def identifier(held: Identifier) -> str:
    """Return the phone, e-mail or card as the clerk reads it out."""
    if held.kind == Identifier.Kind.PHONE:
        return words.phone(held.value)
    if held.kind == Identifier.Kind.CARD:
        # 2 000000 000015, as it is printed under the bars.
        return f"{held.value[:1]} {held.value[1:7]} {held.value[7:]}"
    return held.value
