"""`omnistore.words` for templates: `{{ refund.amount|money:refund.currency }}`."""

from functools import cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from customers import emails, phones
from customers.models import Identifier
from omnistore import modules, words

register = template.Library()

WRITTEN = (
    *(words.money, words.amount, words.phone, words.ago, words.day, words.moment),
    *(words.span, words.percent),
)
for write in WRITTEN:
    register.filter(write.__name__, write)


@register.filter(name="input")
def styled_input(field: BoundField) -> SafeString:
    """Return the form field's own widget in the looks of `components/field.html`."""
    return field.as_widget(attrs={"class": "field__input"})


@register.filter
def whole(number: str) -> str:
    """Return the number of an order so that no line ends in its middle."""
    return number.replace("-", "\N{NON-BREAKING HYPHEN}")


@register.filter
def identifier(held: Identifier, country: str) -> str:
    """Return the phone, e-mail or card as the clerk of a store in that country reads it out."""
    if held.kind == Identifier.Kind.PHONE:
        return words.phone(held.value, country)
    if held.kind == Identifier.Kind.CARD:
        # 2 000000 000015, as it is printed under the bars.
        return words.NO_BREAK.join((held.value[:1], held.value[1:7], held.value[7:]))
    return held.value


@register.filter
def masked(held: Identifier, country: str) -> str:
    """Return enough of the phone or e-mail to check an answer by, and the card in full."""
    if held.kind == Identifier.Kind.PHONE:
        return phones.masked(held.value, country)
    if held.kind == Identifier.Kind.EMAIL:
        return emails.masked(held.value)
    return identifier(held, country)


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Return one drawing of the sprite; a page has fifty of them."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon--{size}" if size else "",
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def import_map() -> SafeString:
    """Return what names our modules, for `<script type="importmap">`."""
    # Our own file and addresses, and nothing of the request.
    return mark_safe(modules.import_map())


@register.simple_tag
def module_preloads() -> SafeString:
    """Return a link for every module that the page needs at once."""
    addresses = ((address,) for address in modules.needed_at_once())
    return format_html_join("\n    ", '<link rel="modulepreload" href="{}">', addresses)
