"""What an import did, and every row it refused."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from intake.imports.checks import BadRow
from intake.imports.source import Unreadable

# So many refused rows are printed; all of them are in the report file.
SHOWN = 20


@dataclass
class Note:
    """One row that was refused, or taken with a change worth knowing."""

    line: int
    number: str
    field: str
    reason: str
    refused: bool

    def __str__(self) -> str:
        place = _("line %(line)d") % {"line": self.line}
        return " · ".join(part for part in (place, self.number, self.field, self.reason) if part)


@dataclass
class Report:
    """Counts, and the notes: the first are kept, all go to the file where one is wanted."""

    path: Path | None = None
    imported: int = 0
    present: int = 0
    refused: int = 0
    remarks: int = 0
    made: Counter[str] = field(default_factory=Counter)
    shown: list[Note] = field(default_factory=list)
    _file: IO[str] | None = None
    _writer: Any = None

    def __post_init__(self) -> None:
        if self.path:
            try:
                self._file = self.path.open("w", encoding="utf-8", newline="")
            except OSError as problem:
                raise Unreadable(
                    _("The report %(path)s cannot be written: %(reason)s.")
                    % {"path": self.path, "reason": problem.strerror}
                ) from None
            self._writer = csv.writer(self._file)
            self._writer.writerow(["outcome", "line", "id", "field", "reason"])

    def close(self) -> None:
        """Close the report's file."""
        if self._file:
            self._file.close()

    def refuse(self, problem: BadRow, *, line: int, number: str = "") -> None:
        """Note a row that is not imported."""
        self.refused += 1
        self._note(Note(line, number, problem.field, problem.reason, refused=True))

    def remark(self, line: int, number: str, name: str, reason: str) -> None:
        """Note a row that is imported, though not as it stands."""
        self.remarks += 1
        self._note(Note(line, number, name, reason, refused=False))

    def _note(self, note: Note) -> None:
        note.number = note.number.encode("utf-8", "replace").decode()[:120]
        if len(self.shown) < SHOWN:
            self.shown.append(note)
        if self._writer:
            outcome = "refused" if note.refused else "remark"
            self._writer.writerow([outcome, note.line, note.number, note.field, note.reason])

    @property
    def seen(self) -> int:
        """How many tickets were dealt with."""
        return self.imported + self.present + self.refused

    def lines(self, *, dry_run: bool = False) -> list[str]:
        """The summary as it is printed."""
        told = [self._counts(dry_run=dry_run), *self._made()]
        told += [f"  {_('refused') if note.refused else _('remark')}: {note}" for note in self.shown]
        hidden = self.refused + self.remarks - len(self.shown)
        if hidden > 0:
            told.append("  " + _("…and %(count)d more.") % {"count": hidden})
            if not self.path:
                told.append("  " + _("Add --report FILE to have them all."))
        return told

    def _counts(self, *, dry_run: bool) -> str:
        if dry_run:
            text = _(
                "Dry run: %(new)d tickets to import, %(present)d already there, %(refused)d rows refused."
            )
        else:
            text = _("%(new)d tickets imported, %(present)d already there, %(refused)d rows refused.")
        return text % {"new": self.imported, "present": self.present, "refused": self.refused}

    def _made(self) -> list[str]:
        if not self.made:
            return []
        things = ", ".join(f"{count} {name}" for name, count in (+self.made).items())
        return [_("Made on the way: %(things)s.") % {"things": things}]
