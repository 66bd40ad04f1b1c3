"""`omnistore.words` for templates: `{{ refund.amount|money:refund.currency }}`."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from omnistore import words

register = template.Library()

for write in (words.money, words.phone, words.ago, words.day):
    register.filter(write.__name__, write)


@register.filter(name="input")
def styled_input(field: BoundField) -> SafeString:
    """Return the form field's own widget in the looks of `components/field.html`."""
    return field.as_widget(attrs={"class": "field__input"})
