"""How far a file of old sales has been read."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SalesImport(models.Model):
    """
    One file with its parameters; each batch moves `lines_read` in the batch's own transaction.

    That is why a killed import resumes where it was, and a finished one run again does nothing.
    """

    # Of the file's bytes and the parameters that change the outcome.
    fingerprint = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(_("file"), max_length=200)
    source = models.CharField(_("source"), max_length=40)
    lines_read = models.BigIntegerField(_("lines read"), default=0)
    accepted = models.BigIntegerField(pgettext_lazy("lines", "accepted"), default=0)
    rejected = models.BigIntegerField(_("rejected"), default=0)
    # Where the reject file ended after the last batch; a resumed import cuts it there.
    reject_bytes = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("sales import")
        verbose_name_plural = _("sales imports")

    def __str__(self) -> str:
        return self.file_name
