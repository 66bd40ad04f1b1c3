from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy, gettext_noop

# Django makes a name of a field's own when it has no other; gettext cannot see these.
FIELD_NAMES = (
    gettext_noop("account"),
    gettext_noop("agreed by"),
    gettext_noop("agreement"),
    gettext_noop("api key"),
    gettext_noop("asked by"),
    gettext_noop("author"),
    gettext_noop("became in"),
    gettext_noop("cart"),
    gettext_noop("code hash"),
    gettext_noop("connection"),
    gettext_noop("content hash"),
    gettext_noop("credit use"),
    gettext_noop("customer return"),
    gettext_noop("ended by"),
    gettext_noop("ended by user"),
    gettext_noop("event"),
    gettext_noop("event key"),
    gettext_noop("fingerprint"),
    gettext_noop("from store"),
    gettext_noop("home store"),
    gettext_noop("id"),
    gettext_noop("idempotency key"),
    gettext_noop("key"),
    gettext_noop("key hash"),
    gettext_noop("last sequence"),
    gettext_noop("lease"),
    gettext_noop("next call at"),
    gettext_noop("number key"),
    gettext_noop("opened by"),
    gettext_noop("paid by"),
    gettext_noop("paused before"),
    gettext_noop("paused seconds"),
    gettext_noop("payer"),
    gettext_noop("pin hash"),
    gettext_noop("plan"),
    gettext_noop("policy"),
    gettext_noop("probes"),
    gettext_noop("reached at"),
    gettext_noop("reached id"),
    gettext_noop("reception"),
    gettext_noop("reject bytes"),
    gettext_noop("replacement"),
    gettext_noop("replaces"),
    gettext_noop("request hash"),
    gettext_noop("restocked in"),
    gettext_noop("returned in"),
    gettext_noop("sign in hash"),
    gettext_noop("sold in"),
    gettext_noop("sources"),
    gettext_noop("stream"),
    gettext_noop("token hash"),
    gettext_noop("told"),
    gettext_noop("told state"),
    gettext_noop("via"),
    gettext_noop("was in"),
    gettext_noop("window answers"),
    gettext_noop("window at"),
    gettext_noop("window failures"),
    gettext_noop("word"),
)


class HeadOfficeConfig(AdminConfig):
    """Django's admin, with our index and every label in the reader's language."""

    default_site = "omnistore.headoffice.HeadOffice"

    def ready(self) -> None:
        """Name the fields first: forms of the admin modules, read next, take their labels."""
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field.verbose_name, str):
                    field.verbose_name = gettext_lazy(field.verbose_name)
        super().ready()


class AssetsConfig(StaticFilesConfig):
    """Django's static files without those of libraries whose pages we do not show."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "django_htmx"]
