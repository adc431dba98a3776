"""Sending and reading files."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.exceptions import Refused
from tickets.actions import store_upload
from tickets.models import Attachment
from tickets.trail import note_file_read
from tickets.views.people import reader


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Keep one pasted or dropped file until its text is sent; answers its address as Markdown."""
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"errors": {"files": [_("Choose a file.")]}}, status=422)
    try:
        kept = store_upload(sent, by=reader(request))
    except Refused as refused:
        return JsonResponse({"errors": refused.errors}, status=422)
    address = kept.get_absolute_url()
    label = kept.name.replace("[", "(").replace("]", ")")
    mark = "!" if kept.is_image else ""
    return JsonResponse(
        {
            "token": str(kept.token),
            "name": kept.name,
            "url": address,
            "markdown": f"{mark}[{label}]({address})",
        },
        status=201,
    )


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """Serve a file to those who may read it: pictures in place, all else as a download that never runs."""
    rows = Attachment.objects.visible_to(request.user).select_related("ticket")
    attachment = get_object_or_404(rows, token=token)
    try:
        opened = attachment.file.open("rb")
    except OSError as error:
        raise Http404 from error
    note_file_read(attachment, by=reader(request))
    response = FileResponse(
        opened,
        as_attachment=not attachment.is_image,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
