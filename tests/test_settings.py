"""Production does not start with a setting that is missing or unsafe; one line says which."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

SAFE = {
    "OMNISTORE_ENV": "production",
    "SECRET_KEY": "x7" * 30,
    "OMNISTORE_PUBLIC_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example, www.shop.example",
    "DATABASE_URL": "postgres://omnistore@127.0.0.1/omnistore",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def start(**changes: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process of its own, in which only SAFE and the changes are set."""
    return subprocess.run(
        [sys.executable, "-c", "from omnistore.settings import ALLOWED_HOSTS as h; print(h)"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "OMNISTORE_VAR": str(settings.VAR_DIR)} | SAFE | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_starts_when_all_is_safe() -> None:
    started = start()

    assert started.returncode == 0, started.stderr
    assert started.stdout.strip() == "['shop.example', 'www.shop.example']"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMNISTORE_ENV", "prod"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "demo-only-" + "0" * 64),
        ("OMNISTORE_ENCRYPTION_KEYS", "short"),
        ("OMNISTORE_PUBLIC_URL", ""),
        ("OMNISTORE_PUBLIC_URL", "http://shop.example"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("OMNISTORE_LEASE_SECONDS", "20"),
    ],
)
def test_refuses_what_is_missing_or_unsafe(name: str, value: str) -> None:
    refused = start(**{name: value})

    assert refused.returncode != 0
    *_, last = refused.stderr.strip().splitlines()
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last


def test_writes_no_text_message_where_production_keeps_its_logs() -> None:
    refused = start(OMNISTORE_SMS="customers.sms.Console")
    keyless = start(OMNISTORE_SMS_URL="https://sms.example/")
    started = start(OMNISTORE_SMS_URL="https://sms.example/", OMNISTORE_SMS_KEY="key")

    assert "OMNISTORE_SMS: the console" in refused.stderr
    assert "Set OMNISTORE_SMS_KEY" in keyless.stderr
    assert started.returncode == 0, started.stderr


def test_wants_a_mail_server_where_head_office_wants_mail() -> None:
    refused = start(OMNISTORE_HEAD_OFFICE_EMAILS="office@shop.example")
    started = start(OMNISTORE_HEAD_OFFICE_EMAILS="office@shop.example", EMAIL_HOST="mail.example")

    assert "Set EMAIL_HOST" in refused.stderr
    assert started.returncode == 0, started.stderr
