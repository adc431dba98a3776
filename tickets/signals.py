"""The one signal by which other parts learn of what happens on tickets.

Sent inside the transaction, once per event: receivers only write rows (an outbox row), never send anything.
"""

from django.dispatch import Signal

# Arguments: event (tickets.models.Event), notify (bool: False for imports and other silent acts).
event_recorded = Signal()
