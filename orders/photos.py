"""
Photos: what an article of a return looks like, kept for clerks and for no longer than it is needed.

A stranger's file is checked by what it holds, not by what it says: its size before it is read, its
pixels before they are unpacked; then it is drawn anew, without the place and time cameras write in.
"""

import secrets
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from omnistore.errors import Conflict, Invalid, Refused
from orders import proofs
from orders.models import CustomerReturn, OrderLine, ReturnPhoto
from stores.models import Clerk

MOST_BYTES = 12_000_000
# A tablet's camera has 12 to 50 millions; unpacked, more would fill the memory.
MOST_PIXELS = 60_000_000
MOST_EACH = 4
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")
# Long enough for a customer to come back about it.
KEPT = timedelta(days=180)


class NotAPhoto(Invalid):
    code = "not_a_photo"
    words = _("This file is no photo. Take a picture, or choose a JPEG, PNG or WebP.")


class PhotoTooLarge(Refused):
    status = 413
    code = "photo_too_large"
    words = _("This photo is too large. Take it with fewer megapixels.")


class AtTheCounter(Conflict):
    code = "at_the_counter"
    words = _("This return is at the counter already: show the article there.")


class TooManyPhotos(Conflict):
    code = "too_many_photos"
    words = _("There are enough photos of this article.")


def folder() -> Path:
    """Return where the pictures lie; no web server serves it."""
    return Path(settings.VAR_DIR) / "photos"


def add(
    *,
    draft: CustomerReturn,
    order_line: OrderLine,
    content: bytes,
    clerk: Clerk | None,
    at: datetime,
) -> ReturnPhoto:
    """
    Keep a photo of an article of the draft; without a clerk it is the customer's, from home.

    Raises:
        NotAPhoto, PhotoTooLarge: what is in the file; nothing is kept of it.
        TooManyPhotos, NoDraft: as they say.
        AtTheCounter: a clerk has opened what the customer declared.
    """
    picture, size = _drawn_anew(content)
    name = f"{secrets.token_hex(16)}.jpg"
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    try:
        return _keep(draft=draft, order_line=order_line, name=name, size=size, clerk=clerk, at=at)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def purge(*, at: datetime) -> int:
    """Delete what was kept long enough, and all of people who were forgotten; return how many."""
    old = Q(taken_at__lt=at - KEPT) | Q(customer_return__customer__erased_at__isnull=False)
    return _drop(list(ReturnPhoto.objects.filter(old)))


def drop_all(draft: CustomerReturn) -> None:
    """Delete the photos of a draft that is deleted itself."""
    _drop(list(draft.photos.all()))


def _drop(rows: list[ReturnPhoto]) -> int:
    for photo in rows:
        (folder() / photo.name).unlink(missing_ok=True)
    ReturnPhoto.objects.filter(pk__in=[photo.pk for photo in rows]).delete()
    return len(rows)


def _keep(
    *,
    draft: CustomerReturn,
    order_line: OrderLine,
    name: str,
    size: tuple[int, int],
    clerk: Clerk | None,
    at: datetime,
) -> ReturnPhoto:
    with transaction.atomic():
        held = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if not held.is_draft:
            raise proofs.NoDraft()
        if clerk is None and held.store_id is not None:
            raise AtTheCounter()
        if held.photos.filter(order_line=order_line).count() >= MOST_EACH:
            raise TooManyPhotos()
        return ReturnPhoto.objects.create(
            customer_return=held,
            product_id=order_line.product_id,
            order_line=order_line,
            clerk=clerk,
            name=name,
            width=size[0],
            height=size[1],
            taken_at=at,
        )


def _drawn_anew(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return the picture as a JPEG without anything beside its pixels, and its size."""
    if len(content) > MOST_BYTES:
        raise PhotoTooLarge()
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PhotoTooLarge()
            image.verify()
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoTooLarge() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise NotAPhoto() from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = BytesIO()
    bare.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue(), bare.size
