"""Writing the trail, closing its chain, and checking it. Nobody changes or removes an entry."""

from audit.actions.anchoring import anchor
from audit.actions.checking import ask_check, run_checks
from audit.actions.recording import (
    Act,
    changes_between,
    entries_of,
    record,
    record_first,
    record_many,
    record_read,
)
from audit.actions.rows import record_deleted, record_row, record_saved, values_before, values_of
from audit.actions.sealing import seal
from audit.actions.verifying import Fault, Report, verify

__all__ = [
    "Act",
    "Fault",
    "Report",
    "anchor",
    "ask_check",
    "changes_between",
    "entries_of",
    "record",
    "record_deleted",
    "record_first",
    "record_many",
    "record_read",
    "record_row",
    "record_saved",
    "run_checks",
    "seal",
    "values_before",
    "values_of",
    "verify",
]
