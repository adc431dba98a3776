"""The lines of a file as text: plain or gzip, whole or cut, UTF-8 or Windows-1252."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 18
# No ticket is longer; a line that is would be read into memory whole.
LINE_LIMIT = 16 * 1024 * 1024
# What Western texts hold above ASCII in Windows-1252; other bytes mean another encoding, or damage.
_WESTERN = frozenset(
    "€‚„…†‡‰Š‹ŒŽ‘’“”•–—™š›œžŸ¡¢£§¨©ª«®°±²³´µ¶·¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖ×ØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõö÷øùúûü\xa0"
)


class Unreadable(Exception):
    """The file as a whole cannot be imported; the message says why and what to do."""


class Source:
    """An open file that gives its lines as text, tells how far it is read, and remembers what was odd.

    A line that is no text in any encoding keeps its bytes as lone surrogates, for the checks to refuse.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise Unreadable(_("%(path)s is a directory; give a file.") % {"path": path})
        try:
            self._raw: BinaryIO = path.open("rb")
            self.size = path.stat().st_size
        except FileNotFoundError:
            raise Unreadable(_("There is no file %(path)s.") % {"path": path}) from None
        except OSError as problem:
            raise Unreadable(
                _("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": problem.strerror}
            ) from None
        self.path = path
        self.is_cut = False
        self.western_lines = 0
        self.line = 0
        self._utf8_seen = False

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    @property
    def position(self) -> int:
        """How many bytes of the file are read."""
        return self._raw.tell()

    def lines(self) -> Iterator[str]:
        """The lines with their ends. Raises `Unreadable` where there is not a single one."""
        for raw in self._split():
            self.line += 1
            yield self._decode(raw)
        if not self.line:
            raise Unreadable(_("%(path)s is empty.") % {"path": self.path})

    def _split(self) -> Iterator[bytes]:
        """The lines as bytes; of one above the limit only its beginning, and not the end of a cut file."""
        rest = b""
        for chunk in self._chunks():
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()[: LINE_LIMIT + 1]
            for line in lines:
                yield line + b"\n"
        if rest and not self.is_cut:
            yield rest

    def _chunks(self) -> Iterator[bytes]:
        first = self._raw.read(_CHUNK)
        unpacked = self._unpacked(first) if first.startswith(GZIP_MAGIC) else self._plain(first)
        start = next(unpacked, b"")
        if start.startswith(_UTF16_MARKS):
            raise Unreadable(_("%(path)s is in UTF-16; save it as UTF-8.") % {"path": self.path})
        start = start.removeprefix(_UTF8_MARK)
        self._utf8_seen = _has_utf8(start)
        if start:
            yield start
        yield from unpacked

    def _plain(self, first: bytes) -> Iterator[bytes]:
        while first:
            yield first
            first = self._raw.read(_CHUNK)

    def _unpacked(self, packed: bytes) -> Iterator[bytes]:
        """What gzip packed, as far as it is whole; several members follow each other."""
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while packed:
                plain = unpacker.decompress(packed, _CHUNK)
                if plain:
                    yield plain
                packed = unpacker.unconsumed_tail
                if unpacker.eof:
                    packed = unpacker.unused_data.lstrip(b"\x00") or self._raw.read(_CHUNK)
                    unpacker = zlib.decompressobj(wbits=31) if packed else unpacker
                elif not packed:
                    packed = self._raw.read(_CHUNK)
            self.is_cut = not unpacker.eof
        except zlib.error:
            self.is_cut = True

    def _decode(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return self._decode_other(raw)
        self._utf8_seen = self._utf8_seen or not raw.isascii()
        return text

    def _decode_other(self, raw: bytes) -> str:
        """Windows-1252 where the file has shown no UTF-8 and the characters are those of Western texts."""
        if not self._utf8_seen:
            text = raw.decode("cp1252", "replace")
            if all(char.isascii() or char in _WESTERN for char in text):
                self.western_lines += 1
                return text
        return raw.decode("utf-8", "surrogateescape")


def _has_utf8(chunk: bytes) -> bool:
    """Whether some line of a chunk is UTF-8 beyond ASCII."""
    return any(not line.isascii() and _is_utf8(line) for line in chunk.split(b"\n"))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
