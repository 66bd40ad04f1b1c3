"""Photos of what comes back: taken by the tablet's camera, shown to who handles or decides it."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from omnistore.errors import Refused
from orders import photos, proofs, returns
from orders.models import ReturnPhoto
from stores.http import ClerkRequest, clerk_required


class OneFile(FileUploadHandler):
    """Reads one file into memory and not a byte more than a photo may have."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.content += raw_data
        if len(self.content) > photos.MOST_BYTES:
            raise StopUpload(connection_reset=False)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        return InMemoryUploadedFile(
            BytesIO(self.content), self.field_name, "photo", self.content_type, file_size, None
        )


@csrf_exempt
def add(request: HttpRequest, return_id: UUID, line_id: int) -> HttpResponseBase:
    """Keep a photo; no other form of ours takes a file, so its reader is set before it is read."""
    request.upload_handlers = [OneFile(request)]
    return _add(request, return_id, line_id)


@require_POST
@csrf_protect
@clerk_required
def _add(request: ClerkRequest, return_id: UUID, line_id: int) -> HttpResponse:
    draft = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    line = get_object_or_404(proofs.lines_of(draft), pk=line_id)
    status, problem = 200, ""
    try:
        given = [file for file in request.FILES.getlist("photo") if file.size]
        if not given:
            raise nothing_read(request)
        content = given[0].read()
        photos.add(draft=draft, order_line=line, content=content, clerk=request.clerk, at=now())
    except Refused as refusal:
        status, problem = refusal.status, refusal.sentence
    shown = {
        "draft": draft,
        "key": f"l{line.pk}",
        "line_id": line.pk,
        "photos": draft.photos.filter(order_line=line).order_by("taken_at"),
        "problem": problem,
    }
    return render(request, "orders/_return_photos.html", shown, status=422 if problem else status)


def nothing_read(request: HttpRequest) -> Refused:
    """Return why no file came: it was too large, or none."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    return photos.PhotoTooLarge() if size > photos.MOST_BYTES else photos.NotAPhoto()


@require_GET
@clerk_required
def show(request: ClerkRequest, photo_id: UUID) -> HttpResponseBase:
    """Show a photo to a clerk who may read its return."""
    photo = get_object_or_404(
        ReturnPhoto,
        pk=photo_id,
        customer_return__in=returns.readable_in(request.tablet.store),
    )
    return served(photo)


def served(photo: ReturnPhoto) -> HttpResponseBase:
    """Return the picture itself; who asks for it was let in before."""
    try:
        picture = (photos.folder() / photo.name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(picture, content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
