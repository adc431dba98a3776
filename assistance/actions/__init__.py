"""What can be done with the catalogue of requests and with what is asked by it."""

from assistance.actions.catalogue import (
    RequestedField,
    Step,
    create_type,
    edit_type,
    set_fields,
    set_steps,
)
from assistance.actions.opening import open_request

__all__ = [
    "RequestedField",
    "Step",
    "create_type",
    "edit_type",
    "open_request",
    "set_fields",
    "set_steps",
]
