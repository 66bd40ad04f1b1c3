"""`omnistore.words` for templates: `{{ refund.amount|money:refund.currency }}`."""

from django import template

from omnistore import words

register = template.Library()

for write in (words.money, words.phone, words.ago, words.day):
    register.filter(write.__name__, write)
