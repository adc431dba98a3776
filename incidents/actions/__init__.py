"""What can be done to incidents beyond what all tickets share."""

from incidents.actions.majors import (
    attach_child,
    communicate,
    declare_major,
    edit_major,
    join_major,
    review_major,
    write_entry,
)
from incidents.actions.reports import finalise_report, set_follow_ups, write_report

__all__ = [
    "attach_child",
    "communicate",
    "declare_major",
    "edit_major",
    "finalise_report",
    "join_major",
    "review_major",
    "set_follow_ups",
    "write_entry",
    "write_report",
]
