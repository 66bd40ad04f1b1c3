from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "omnistore.crm"
    label = "crm"
    verbose_name = _("Systems told")
    default_auto_field = "django.db.models.BigAutoField"
