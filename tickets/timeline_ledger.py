"""What the timeline says of time and costs."""

from django.utils.translation import gettext as _

from accounts.models import User
from tickets import durations, timeline
from tickets.choices import CostNature, Verb
from tickets.models import Activity, Event


def register() -> None:
    """Teach the timeline the verbs of the ledger."""
    timeline.ROWS.update(activity=Activity, person=User)
    timeline.LABELS["nature"] = lambda value: CostNature(value).label
    timeline.SENTENCES[Verb.TIMED] = _timed
    timeline.SENTENCES[Verb.COSTED] = _costed


def _timed(event: Event, names: timeline.Names) -> str:
    spent = durations.hours(event.data.get("minutes", 0))
    if event.data.get("activity"):
        spent = f"{spent} ({names.of('activity', event.data['activity'])})"
    if event.data.get("voided"):
        return _("voided %(spent)s of %(person)s") % {
            "spent": spent,
            "person": names.of("person", event.data["person"]),
        }
    if event.data.get("person") != event.actor_id:
        return _("logged %(spent)s for %(person)s") % {
            "spent": spent,
            "person": names.of("person", event.data["person"]),
        }
    return _("logged %(spent)s") % {"spent": spent}


def _costed(event: Event, names: timeline.Names) -> str:
    if "budget" in event.data:
        return _("set the budget") if event.data["budget"] else _("took the budget away")
    said = _("voided a cost: %(nature)s") if event.data.get("voided") else _("entered a cost: %(nature)s")
    return said % {"nature": names.of("nature", event.data.get("nature"))}
