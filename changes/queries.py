"""What is asked of many changes."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from changes.models import Change
from tickets.models import Ticket


def undecided(user: User) -> QuerySet[Ticket]:
    """The emergency changes one sees on which nobody has decided in time, the longest overdue first."""
    rows = Change.objects.visible_to(user).filter(
        change_details__decision="", change_details__approval_due_at__lt=timezone.now()
    )
    found: QuerySet[Ticket] = rows.select_related("change_details").order_by(
        "change_details__approval_due_at", "pk"
    )
    return found
