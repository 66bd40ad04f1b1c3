"""Resealing: after a new key was put in front, everything is sealed with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from omnistore import tokens
from omnistore.tokens import SealedField, SealedJSONField

BATCH = 200


@dataclass
class Resealed:
    """How many values were sealed anew; rows of which no key of ours opens something."""

    values: int = 0
    unreadable: list[str] = field(default_factory=list)


def reseal() -> Resealed:
    """
    Seal every sealed value with the first key that is not yet, a batch of rows at a time.

    Safe to call twice, to interrupt and to run while the shop is open: what was changed meanwhile
    is waited for.
    """
    done = Resealed()
    for model, names in _sealed():
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            _reseal_rows(model, names, keys[start : start + BATCH], done)
    return done


def _sealed() -> Iterator[tuple[type[models.Model], list[str]]]:
    for model in apps.get_models():
        fields = model._meta.local_fields
        names = [one.name for one in fields if isinstance(one, SealedField | SealedJSONField)]
        if names:
            yield model, names


def _reseal_rows(
    model: type[models.Model], names: Sequence[str], keys: Sequence[Any], done: Resealed
) -> None:
    # As it stands in the database: the field itself would open it.
    raw = {f"raw_{name}": Cast(name, TextField()) for name in names}
    with transaction.atomic():
        rows = model._default_manager.filter(pk__in=keys).order_by("pk").select_for_update()
        for key, *values in rows.values_list("pk", *raw.values()):
            _reseal_row(model, key, dict(zip(names, values, strict=True)), done)


def _reseal_row(
    model: type[models.Model], key: Any, values: dict[str, str], done: Resealed
) -> None:
    for name, sealed in values.items():
        if not sealed or tokens.is_fresh(sealed):
            continue
        try:
            again = tokens.seal(tokens.unseal(sealed))
        except InvalidToken:
            done.unreadable.append(f"{model._meta.label} {key} {name}")
            continue
        fresh = Value(again, output_field=TextField())
        model._default_manager.filter(pk=key).update(**{name: fresh})
        done.values += 1
