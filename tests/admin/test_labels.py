"""Head office reads every label in its own language."""

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import translation

OURS = ("audit", "customers", "orders", "outbox", "stores")


def fields() -> list[models.Field]:
    # Django names the fields of its own user.
    shown = [
        model
        for model in admin.site._registry
        if model._meta.app_label in OURS and not issubclass(model, AbstractUser)
    ]
    return [field for model in shown for field in model._meta.local_fields]


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    catalogue = Path(settings.LOCALE_PATHS[0]) / "fr/LC_MESSAGES/django.po"
    return {entry.msgid for entry in polib.pofile(str(catalogue))}


def test_knows_the_name_of_every_field(sentences: set[str]) -> None:
    with translation.override(None):
        unknown = {
            f"{field.model.__name__}.{field.name}: {field.verbose_name}"
            for field in fields()
            if not field.primary_key and str(field.verbose_name) not in sentences
        }

    assert not unknown


def test_puts_a_field_without_a_name_in_french() -> None:
    home_store = next(field for field in fields() if field.name == "home_store")

    with translation.override("fr"):
        assert str(home_store.verbose_name) == "magasin habituel"
