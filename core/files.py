"""What an uploaded file really is, found from its content."""

import hashlib
import mimetypes
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

from core.exceptions import Refused

# Extension → the content type that `filetype` must recognise, or None for text and formats without a signature.
ALLOWED: dict[str, str | None] = {
    "7z": "application/x-7z-compressed",
    "bmp": "image/bmp",
    "conf": None,
    "csv": None,
    "doc": None,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": None,
    "evtx": None,
    "gif": "image/gif",
    "gz": "application/gzip",
    "har": None,
    "ics": None,
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": None,
    "log": None,
    "md": None,
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "msg": None,
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pcap": None,
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": None,
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "tar": "application/x-tar",
    "txt": None,
    "webm": "video/webm",
    "webp": "image/webp",
    "xls": None,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": None,
    "yaml": None,
    "yml": None,
    "zip": "application/zip",
}
IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
# Office files are archives; a signature look-up may only see the archive.
_ARCHIVE_BASED = ("vnd.openxmlformats", "vnd.oasis")
_MAX_PIXELS = 50_000_000


@dataclass(frozen=True)
class FileFacts:
    """A checked upload: a clean name, the type its content has, its size in bytes and its SHA-256 in hexadecimal."""

    name: str
    content_type: str
    size: int
    sha256: str
    is_image: bool


def clean_name(name: str) -> str:
    """A file name that is safe to show and to send: no path, no control or direction marks, at most 150 characters."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C").strip(". ")
    path = PurePath(name or "file")
    return path.stem[: 150 - len(path.suffix)] + path.suffix[:20]


def inspect(upload: UploadedFile) -> FileFacts:
    """Check an upload by its content.

    Raises `Refused` naming `files`: too large, empty, a type that is not accepted, or content that is not what the
    name says (an image that is HTML).
    """
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if size > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise Refused(
            {"files": _("“%(name)s” is larger than %(limit)d MB.") % {"name": name, "limit": limit}}
        )
    if size == 0:
        raise Refused({"files": _("“%(name)s” is empty.") % {"name": name}})
    extension = PurePath(name).suffix.lower().lstrip(".")
    if extension not in ALLOWED:
        raise Refused({"files": _("“%(name)s”: files of this type are not accepted.") % {"name": name}})
    content_type = _checked_type(upload, name, extension)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return FileFacts(name, content_type, size, digest.hexdigest(), content_type in IMAGES)


def _checked_type(upload: UploadedFile, name: str, extension: str) -> str:
    """The content type, or `Refused` where content and name disagree."""
    upload.seek(0)
    head = upload.read(8192)
    found = filetype.guess_mime(head)
    expected = ALLOWED[extension]
    mismatch = Refused({"files": _("“%(name)s” is not what its name says it is.") % {"name": name}})
    if expected is None:
        if found in IMAGES or (found or "").endswith(("x-executable", "x-msdownload")) or head[:2] == b"MZ":
            raise mismatch
        return mimetypes.guess_type(name)[0] or "application/octet-stream"
    archive = found == "application/zip" and any(part in expected for part in _ARCHIVE_BASED)
    if found != expected and not archive:
        raise mismatch
    if expected in IMAGES:
        _check_image(upload, mismatch)
    return expected


def _check_image(upload: UploadedFile, mismatch: Refused) -> None:
    """Refuse a broken picture, or one that would unpack to an unreasonable size."""
    upload.seek(0)
    try:
        with Image.open(upload) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise mismatch
            image.verify()
    except Refused:
        raise
    except Exception as error:  # Pillow raises many types on hostile content, all meaning the same here
        raise mismatch from error
