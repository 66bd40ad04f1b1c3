"""Names: folded to small letters without accents, split into the words that find them."""

import re
import unicodedata
from itertools import zip_longest

from django.db import transaction

from customers.models import Customer, NameKey

LONGEST = 60
GAP = re.compile(r"[^\w'’ʼ`´]+|_+")
INSIDE = re.compile(r"['’ʼ`´]+")
# Letters that no decomposition takes apart.
LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ð": "d",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "ŋ": "n",
        "þ": "th",
        "ŧ": "t",
    }
)


def fold(text: str) -> str:
    """Return only the small letters and digits, without accents: "O'Neíll" gives "oneill"."""
    loose = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(character for character in loose if not unicodedata.combining(character))
    kept = "".join(character for character in bare.translate(LETTERS) if character.isalnum())
    return unicodedata.normalize("NFC", kept)[:LONGEST]


def words(full_name: str) -> list[str]:
    """
    Return the keys under which a name is found, each once.

    "Jean-Pierre O'Neill" gives jean, pierre, jeanpierre, o, neill and oneill; "O Neill" oneill too.
    """
    keys: list[str] = []
    spaced = full_name.split()
    for token, following in zip_longest(spaced, spaced[1:], fillvalue=""):
        parts = GAP.split(token)
        halves = [half for part in parts for half in INSIDE.split(part)]
        keys += map(fold, [*halves, *parts, token])
        if len(fold(token)) == 1:
            keys.append(fold(token + following))
    return [key for key in dict.fromkeys(keys) if key]


def asked(text: str) -> list[str]:
    """Return the beginnings of words that a clerk typed, longest first: the best to look by."""
    typed = dict.fromkeys(filter(None, map(fold, GAP.split(text))))
    return sorted(typed, key=len, reverse=True)


@transaction.atomic
def index(customer: Customer) -> None:
    """Let the customer be found by his present name, and no longer by a former one."""
    keys = [NameKey(customer=customer, word=word) for word in words(customer.full_name)]
    NameKey.objects.filter(customer=customer).delete()
    NameKey.objects.bulk_create(keys)
