"""
Settings of omnistore, all from the environment (see docs/operating.md for the list).

`OMNISTORE_ENV` is production unless it says demo or test; in production a missing or unsafe
setting stops the start with one clear line.
"""

import base64
import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Lookup, TextField
from django.utils.translation import gettext_lazy as _

from omnistore.headers import guard_worker

# Lets classes such as `Lookup[str]` be written as they are typed.
django_stubs_ext.monkeypatch(extra_classes=(TextField, Lookup))

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = os.environ.get("OMNISTORE_ENV", "production")
if ENV not in ("production", "demo", "test"):
    raise ImproperlyConfigured("OMNISTORE_ENV must be production, demo or test.")
IS_PRODUCTION = ENV == "production"
VAR_DIR = Path(os.environ.get("OMNISTORE_VAR", BASE_DIR / "var"))


def required(name: str, demo: str) -> str:
    """Return the environment variable, or outside production the demo's value."""
    value = os.environ.get(name, "")
    if value:
        return value
    if IS_PRODUCTION:
        raise ImproperlyConfigured(f"Set {name}: production does not start without it.")
    return demo


def flag(name: str, default: bool) -> bool:
    """Return whether the environment variable says yes (1, true, yes, on)."""
    return os.environ.get(name, str(default)).strip().lower() in ("1", "true", "yes", "on")


def listed(name: str, default: str = "") -> list[str]:
    """Return the comma separated environment variable as a list without empty entries."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


# --- the server ----------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = required(
    "SECRET_KEY", "demo-only-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest()
)
if IS_PRODUCTION and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("demo-only-")):
    raise ImproperlyConfigured("SECRET_KEY is too weak: use 50 random characters or more.")
# The first key seals, every key opens; put a new one in front to rotate.
ENCRYPTION_KEYS = listed("OMNISTORE_ENCRYPTION_KEYS") or [SECRET_KEY]
if IS_PRODUCTION and min(map(len, ENCRYPTION_KEYS)) < 32:
    raise ImproperlyConfigured("OMNISTORE_ENCRYPTION_KEYS: a key has 32 random characters or more.")
# Seal the journal: the first seals, every one verifies. Not where the database's backups are.
JOURNAL_KEYS = listed("OMNISTORE_JOURNAL_KEYS") or [SECRET_KEY]
if IS_PRODUCTION and min(map(len, JOURNAL_KEYS)) < 32:
    raise ImproperlyConfigured("OMNISTORE_JOURNAL_KEYS: a key has 32 random characters or more.")
PUBLIC_URL = required("OMNISTORE_PUBLIC_URL", "http://localhost:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
# Hosts whose links are ours: their receipts' links (…/LYO-000042) lead to the receipt when scanned.
OMNISTORE_OWN_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", *listed("OMNISTORE_OWN_HOSTS")]
required("ALLOWED_HOSTS", "*")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "*")
if IS_PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts: * is not safe in production.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "omnistore.urls"
WSGI_APPLICATION = "omnistore.wsgi.application"
AUTH_USER_MODEL = "stores.User"

INSTALLED_APPS = [
    "omnistore.demo" if ENV != "production" else "",
    "omnistore.counter",
    "omnistore.crm",
    "orders",
    "customers",
    "stores",
    "omnistore.outbox",
    "omnistore.audit",
    "omnistore.apps.HeadOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "omnistore.apps.AssetsConfig",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
]
INSTALLED_APPS = [app for app in INSTALLED_APPS if app]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages, a sixth of their size. Their length gives no secret away (BREACH): other sites cannot
    # ask with our cookies (SameSite), tokens are masked anew, and each answer is padded at random.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "omnistore.headers.PermissionsMiddleware",
    "stores.http.NothingKeptMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "stores.http.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "omnistore.counter.context.shop",
            ],
            "builtins": ["omnistore.counter.templatetags.omnistore"],
        },
    }
]

# --- where things are kept -----------------------------------------------------------------------
DATABASE_URL = required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'omnistore.sqlite3'}")
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        DATABASE_URL,
        conn_max_age=600,
        # A restarted server costs nobody a failed request; a file does not restart.
        conn_health_checks=not DATABASE_URL.startswith("sqlite"),
    )
}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A writer waits for the other instead of failing in the middle of its transaction.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: there is money in here. 8 MB of cache per connection.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA cache_size=-8000;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
if IS_PRODUCTION and not REDIS_URL and not flag("OMNISTORE_EMBEDDED", False):
    raise ImproperlyConfigured(
        "Set REDIS_URL, or OMNISTORE_EMBEDDED=1 for one store on one machine without services."
    )

# Whether the process beside the app passes hints on (`omnistore.hints`); else tablets just ask.
OMNISTORE_HINTS = flag("OMNISTORE_HINTS", False)
if OMNISTORE_HINTS and not REDIS_URL:
    raise ImproperlyConfigured("Set REDIS_URL: OMNISTORE_HINTS is told through it.")

# --- Celery: the database is the queue, Celery rings the bell and lends the workers ---------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
else:
    # Only bells travel here: a lost file costs one sweep, never an event.
    bells = VAR_DIR / "bells"
    for folder in ("queue", "processed", "control"):
        (bells / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "omnistore.outbox.embedded.Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(bells / "queue"),
        "data_folder_out": str(bells / "queue"),
        "processed_folder": str(bells / "processed"),
        "control_folder": str(bells / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
# In memory: everything is due within seconds, and a file could break when the machine stops.
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-outbox": {
        "task": "omnistore.outbox.tasks.sweep",
        "schedule": timedelta(seconds=3),
        # While all workers are busy, sweeps do not pile up.
        "options": {"expires": 3},
    },
    "ask-processors": {
        "task": "orders.tasks.ask_processors",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "close-journals": {
        "task": "orders.tasks.close_journals",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 900},
    },
    "tell-head-office": {
        "task": "omnistore.outbox.tasks.tell_head_office",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "find-overdue-exchanges": {
        "task": "orders.tasks.find_overdue_exchanges",
        "schedule": timedelta(hours=1),
    },
    "release-expired-reservations": {
        "task": "orders.tasks.release_expired_reservations",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "tidy-outbox": {
        "task": "omnistore.outbox.tasks.tidy",
        "schedule": timedelta(hours=1),
    },
}
# Rung after a transaction that recorded facts; it never raises and never waits.
OMNISTORE_BELL = os.environ.get(
    "OMNISTORE_BELL", "" if ENV == "test" else "omnistore.outbox.bells.ring"
)
# Rung after a transaction that left a refund to a card processor.
OMNISTORE_REFUND_BELL = os.environ.get(
    "OMNISTORE_REFUND_BELL", "" if ENV == "test" else "orders.bells.ring"
)
# Rung after a transaction that wrote a message to a customer.
OMNISTORE_MESSAGE_BELL = os.environ.get(
    "OMNISTORE_MESSAGE_BELL", "" if ENV == "test" else "customers.bells.ring"
)
# Kind of card processor → the class that speaks to it (orders.gateways.answers.Adapter).
OMNISTORE_PROCESSORS = {"STRIPE": "orders.gateways.stripe.Adapter"}
# How long a sender may hold deliveries. Shorter than a connector's longest call (25 s), it would
# send nothing, and say nothing.
OMNISTORE_LEASE_SECONDS = int(os.environ.get("OMNISTORE_LEASE_SECONDS", "30"))
if IS_PRODUCTION and OMNISTORE_LEASE_SECONDS < 30:
    raise ImproperlyConfigured("OMNISTORE_LEASE_SECONDS must be 30 or more: calls last up to 25 s.")
# Connector kind → the class that speaks to such a system (omnistore.outbox.messages.Connector).
OMNISTORE_CONNECTORS = {
    "webhook": "omnistore.crm.webhook.Connector",
    "odoo": "omnistore.crm.odoo.connector.Connector",
    "segment": "omnistore.crm.segment.Connector",
    "salesforce": "omnistore.crm.salesforce.connector.Connector",
    "hubspot": "omnistore.crm.hubspot.connector.Connector",
}
# What a system hears only when its connection names it: every sale moves stock.
OMNISTORE_ON_REQUEST = frozenset(["orders.stock.changed"])
# Outgoing calls go to public addresses only, except these hosts (the demo's own inbox).
OMNISTORE_OUTGOING_ALLOWED = listed(
    "OMNISTORE_OUTGOING_ALLOWED", "" if IS_PRODUCTION else "localhost,127.0.0.1"
)
if ENV == "demo":
    CELERY_BEAT_SCHEDULE["demo-register"] = {
        "task": "omnistore.demo.tasks.run_register",
        "schedule": timedelta(seconds=2),
    }

# --- mail: head office is told of connections in trouble ------------------------------------------
OMNISTORE_HEAD_OFFICE_EMAILS = listed("OMNISTORE_HEAD_OFFICE_EMAILS")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
if IS_PRODUCTION and OMNISTORE_HEAD_OFFICE_EMAILS and not EMAIL_HOST:
    raise ImproperlyConfigured("Set EMAIL_HOST: OMNISTORE_HEAD_OFFICE_EMAILS wants mail sent.")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
# 465 is encrypted from the first byte, any other port but 25 after STARTTLS.
EMAIL_USE_SSL = flag("EMAIL_SSL", EMAIL_PORT == 465)
EMAIL_USE_TLS = flag("EMAIL_STARTTLS", EMAIL_PORT not in (25, 465)) and not EMAIL_USE_SSL
# Seconds; the task that mails has longer.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", f"omnistore@{urlsplit(PUBLIC_URL).hostname}")
# Without a mail server, outside production, mails are written where the logs are.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# --- SMS: whom text messages are handed to (customers.sms.Carrier) --------------------------------
OMNISTORE_SMS_URL = os.environ.get("OMNISTORE_SMS_URL", "")
OMNISTORE_SMS_KEY = os.environ.get("OMNISTORE_SMS_KEY", "")
# The name or number that phones show.
OMNISTORE_SMS_FROM = os.environ.get("OMNISTORE_SMS_FROM", "omnistore")
# Empty: none are sent. Outside production they are written where mails are.
OMNISTORE_SMS = os.environ.get(
    "OMNISTORE_SMS",
    "customers.sms.Http"
    if OMNISTORE_SMS_URL
    else ("" if IS_PRODUCTION else "customers.sms.Console"),
)
if OMNISTORE_SMS_URL and not OMNISTORE_SMS_KEY:
    raise ImproperlyConfigured("Set OMNISTORE_SMS_KEY: OMNISTORE_SMS_URL wants it.")
if IS_PRODUCTION and OMNISTORE_SMS == "customers.sms.Console":
    raise ImproperlyConfigured("OMNISTORE_SMS: the console would write codes into the logs.")

# --- wallets: off until the shop has certificates (docs/pass.md) ----------------------------------
# What stands on a card in a wallet.
OMNISTORE_SHOP_NAME = os.environ.get("OMNISTORE_SHOP_NAME", "omnistore")
# Files in PEM: the certificate of a pass type, its key, and Apple's intermediate certificate.
OMNISTORE_APPLE_PASS_CERTIFICATE = os.environ.get("OMNISTORE_APPLE_PASS_CERTIFICATE", "")
OMNISTORE_APPLE_PASS_KEY = os.environ.get("OMNISTORE_APPLE_PASS_KEY", "")
OMNISTORE_APPLE_PASS_KEY_PASSWORD = os.environ.get("OMNISTORE_APPLE_PASS_KEY_PASSWORD", "")
OMNISTORE_APPLE_WWDR_CERTIFICATE = os.environ.get("OMNISTORE_APPLE_WWDR_CERTIFICATE", "")
if OMNISTORE_APPLE_PASS_CERTIFICATE and not (
    OMNISTORE_APPLE_PASS_KEY and OMNISTORE_APPLE_WWDR_CERTIFICATE
):
    raise ImproperlyConfigured(
        "OMNISTORE_APPLE_PASS_CERTIFICATE wants OMNISTORE_APPLE_PASS_KEY and "
        "OMNISTORE_APPLE_WWDR_CERTIFICATE beside it."
    )
# The key file of a service account, in JSON, and the issuer's number.
OMNISTORE_GOOGLE_WALLET_ACCOUNT = os.environ.get("OMNISTORE_GOOGLE_WALLET_ACCOUNT", "")
OMNISTORE_GOOGLE_WALLET_ISSUER = os.environ.get("OMNISTORE_GOOGLE_WALLET_ISSUER", "")
if OMNISTORE_GOOGLE_WALLET_ACCOUNT and not OMNISTORE_GOOGLE_WALLET_ISSUER:
    raise ImproperlyConfigured(
        "OMNISTORE_GOOGLE_WALLET_ACCOUNT wants OMNISTORE_GOOGLE_WALLET_ISSUER beside it."
    )

# When the new article goes out first, so many days the other one is awaited.
OMNISTORE_EXCHANGE_DAYS = int(os.environ.get("OMNISTORE_EXCHANGE_DAYS", "14"))

# --- reviews: returns that a person decides -------------------------------------------------------
# Minutes until the fallback when a store is asked, hours when head office is.
OMNISTORE_REVIEW_MINUTES = int(os.environ.get("OMNISTORE_REVIEW_MINUTES", "30"))
OMNISTORE_REVIEW_HOURS = int(os.environ.get("OMNISTORE_REVIEW_HOURS", "48"))
# Seconds in which somebody who stands beside the tablet decides before others are woken.
OMNISTORE_REVIEW_GRACE_SECONDS = int(os.environ.get("OMNISTORE_REVIEW_GRACE_SECONDS", "15"))
# Above this a store asks head office; up to that APPROVE_SMALL says yes. Minor units.
OMNISTORE_REVIEW_STORE_LIMIT = int(os.environ.get("OMNISTORE_REVIEW_STORE_LIMIT", "50000"))
OMNISTORE_REVIEW_SMALL = int(os.environ.get("OMNISTORE_REVIEW_SMALL", "2000"))
# When nobody in the store has answered: ESCALATE to head office, REFUSE_KINDLY (nothing is final:
# it can be asked again), or APPROVE_SMALL and escalate what is larger.
OMNISTORE_REVIEW_FALLBACK = os.environ.get("OMNISTORE_REVIEW_FALLBACK", "ESCALATE")
if OMNISTORE_REVIEW_FALLBACK not in ("ESCALATE", "REFUSE_KINDLY", "APPROVE_SMALL"):
    raise ImproperlyConfigured(
        "OMNISTORE_REVIEW_FALLBACK must be ESCALATE, REFUSE_KINDLY or APPROVE_SMALL."
    )
# Signs what is pushed to approvers' phones; made by `manage.py make_push_key`, empty: no push.
OMNISTORE_VAPID_PRIVATE_KEY = os.environ.get("OMNISTORE_VAPID_PRIVATE_KEY", "")
if not OMNISTORE_VAPID_PRIVATE_KEY and not IS_PRODUCTION:
    OMNISTORE_VAPID_PRIVATE_KEY = (
        base64.urlsafe_b64encode(hashlib.sha256(f"push {SECRET_KEY}".encode()).digest())
        .rstrip(b"=")
        .decode()
    )
if len(base64.urlsafe_b64decode(OMNISTORE_VAPID_PRIVATE_KEY + "==")) not in (0, 32):
    raise ImproperlyConfigured("OMNISTORE_VAPID_PRIVATE_KEY: make one by manage.py make_push_key.")
# Whom a push service writes to when something is wrong: https:// or mailto:.
OMNISTORE_VAPID_CONTACT = os.environ.get(
    "OMNISTORE_VAPID_CONTACT", PUBLIC_URL if IS_HTTPS else "mailto:omnistore@localhost"
)

CELERY_BEAT_SCHEDULE |= {
    "send-notices": {
        "task": "orders.tasks.send_notices",
        "schedule": timedelta(seconds=3),
        "options": {"expires": 3},
    },
    "tell-stores": {
        "task": "orders.tasks.tell_stores",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
    "end-reviews": {
        "task": "orders.tasks.end_reviews",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
}

CELERY_BEAT_SCHEDULE |= {
    "send-messages": {
        "task": "customers.tasks.send_messages",
        "schedule": timedelta(seconds=3),
        "options": {"expires": 3},
    },
    "tidy-codes": {
        "task": "customers.tasks.tidy_codes",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 600},
    },
    "end-check-ins": {
        "task": "customers.tasks.end_check_ins",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "tidy-phones": {
        "task": "customers.tasks.tidy_phones",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "tidy-messages": {
        "task": "customers.tasks.tidy_messages",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
}

CELERY_BEAT_SCHEDULE["purge-photos"] = {
    "task": "orders.tasks.purge_photos",
    "schedule": timedelta(days=1),
}
CELERY_BEAT_SCHEDULE["tidy-withdrawals"] = {
    "task": "orders.tasks.tidy_withdrawals",
    "schedule": timedelta(days=1),
}
CELERY_BEAT_SCHEDULE["sweep-declarations"] = {
    "task": "orders.tasks.sweep_declarations",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["tidy-opinions"] = {
    "task": "orders.tasks.tidy_opinions",
    "schedule": timedelta(days=1),
}

# --- people and languages ------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
FORMAT_MODULE_PATH = ["omnistore.formats"]
LOCALE_PATHS = [BASE_DIR / "omnistore" / "locale"]
TIME_ZONE = os.environ.get("OMNISTORE_TIME_ZONE", "Europe/Paris")
USE_TZ = True
USE_I18N = True

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
# A customer is asked how it was once within so many days.
OMNISTORE_SATISFACTION_DAYS = int(os.environ.get("OMNISTORE_SATISFACTION_DAYS", "30"))
# So many hours afterwards he is written to, by day; 0: at once, whatever the hour.
OMNISTORE_SATISFACTION_HOURS = int(
    os.environ.get("OMNISTORE_SATISFACTION_HOURS", "0" if ENV == "demo" else "2")
)
# What forgets a person in the apps above customers: called as `forget(customer=…, at=…)`.
OMNISTORE_FORGETS = ["orders.privacy.forget"]
AUTO_LOCK_AFTER = timedelta(seconds=int(os.environ.get("OMNISTORE_AUTO_LOCK_SECONDS", "120")))
PIN_TRIES = 5

# --- the browser ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if IS_PRODUCTION else VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Tests read the files where they are written; everybody else gets them collected.
WHITENOISE_USE_FINDERS = ENV == "test"
WHITENOISE_ADD_HEADERS_FUNCTION = guard_worker
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "omnistore.assets.CollectedStorage"
    },
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if IS_PRODUCTION and not IS_HTTPS and not flag("OMNISTORE_ALLOW_HTTP", False):
    raise ImproperlyConfigured("OMNISTORE_PUBLIC_URL must begin with https:// in production.")
SECURE_SSL_REDIRECT = IS_PRODUCTION and IS_HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if flag("OMNISTORE_PROXY", False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "omnistore.counter.views.failures.csrf"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# No form of ours takes a file; whoever sends one fills no disk.
FILE_UPLOAD_HANDLERS: list[str] = []
# Head office signs in for a working day; a forgotten browser is no open door.
SESSION_COOKIE_AGE = 12 * 3600

# --- the API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["stores.http.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["stores.http.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["omnistore.bodies.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "omnistore.paging.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "omnistore.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "omnistore",
    "DESCRIPTION": "One truth per customer at the counter: identify, carts, orders, returns.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CartState": "orders.models.carts.Cart.State",
        "ReturnState": "orders.models.returns.CustomerReturn.State",
        "ReviewState": "orders.models.reviews.Review.State",
        "ReviewKind": "orders.models.reviews.Review.Kind",
        "Level": "orders.models.policies.Level",
        "PromotionKind": "orders.models.adjustments.OrderPromotion.Kind",
        "AdjustmentKind": "orders.models.adjustments.Adjustment.Kind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "omnistore.api.describe_problems",
    ],
}

# --- logs: constant messages, ids as values, never personal data ---------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("OMNISTORE_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # It would log what it was answered, word for word.
        "stripe": {"level": "CRITICAL"},
        # It says at each start that it draws no pictures; nobody asks it for one.
        "pyBarcode": {"level": "WARNING"},
    },
}
if ENV == "test":
    # The same hasher, cheap enough for hundreds of sign-ins.
    PASSWORD_HASHERS = ["tests.hashers.CheapArgon2PasswordHasher"]
    LOGGING["root"] = {"handlers": ["console"], "level": "WARNING"}
