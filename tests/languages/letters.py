"""What customers are written to, and the pages that a link in it opens."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from customers import letters, unsubscribing
from customers.models import Message
from tests.factories import NOON
from tests.languages.steps import Screen, get, post
from tests.languages.world import World

SAID = {
    "one_time_code": {"code": "123456"},
    "withdrawal_acknowledged": {
        "name": "¤Camille",
        "email": "¤c@example.com",
        "number": "¤W-1",
        "articles": "2 × ¤Sac\n1 × ¤Tasse",
        "moment": "¤16 nov.",
    },
    "news": {"name": "¤Camille", "title": "¤Sac", "text": "¤offer"},
    "how_was_it": {"question": "¤", "link": "¤link"},
}
PURPOSES = {
    "news": Message.Purpose.MARKETING,
    "how_was_it": Message.Purpose.SATISFACTION,
}
# What says too much for a text goes by e-mail only.
CHANNELS = {"withdrawal_acknowledged": [Message.Channel.EMAIL]}


def walk(client: Client, world: World, language: str) -> Iterator[Screen]:
    """Yield every letter, and what becomes of who wants no more of them."""
    yield from get(client, "/unsubscribe/x/")
    for template, variables in SAID.items():
        for channel in CHANNELS.get(template, Message.Channel.values):
            message = Message.objects.create(
                customer=world.camille,
                purpose=PURPOSES.get(template, Message.Purpose.ONE_TIME_CODE),
                channel=channel,
                language=language,
                template=template,
                variables=variables,
                created_at=NOON,
                next_at=NOON,
                expires_at=NOON,
            )
            yield Screen(f"{channel} {template}", HttpResponse(_words(message)))
            if message.is_prospecting:
                path = urlsplit(unsubscribing.link(message)).path
                yield from get(client, path)
                yield from post(client, path)


def _words(message: Message) -> str:
    if not message.is_email:
        return letters.text_of(message).replace("http", "¤http").replace("@", "¤@")
    letter = letters.letter_of(message)
    return letter.html + letter.subject + letter.text.replace("http", "¤http")
