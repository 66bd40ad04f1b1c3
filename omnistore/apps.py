from django.contrib.admin.apps import AdminConfig


class HeadOfficeConfig(AdminConfig):
    """Django's admin, with our index."""

    default_site = "omnistore.headoffice.HeadOffice"
