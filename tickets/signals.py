"""The one signal by which other parts learn of what happens on tickets.

Sent inside the transaction, once per event: receivers only write rows (an outbox row), never send anything.
"""

from django.dispatch import Signal

# Arguments: event (tickets.models.Event), notify (bool: False for imports and other silent acts).
event_recorded = Signal()

# Of acts on many tickets, by a worker: `job` and `events` in the transaction of each ticket, and `job` at the end.
# The events were recorded without telling anybody; whoever tells people tells each of them once for the whole job.
bulk_act_done = Signal()
bulk_act_finished = Signal()

# Arguments: ticket, user. The person has the ticket before their eyes.
ticket_opened = Signal()
