"""Who supports a service, and when."""

from accounts.models import Team
from calendars.arithmetic import Schedule
from calendars.models import Calendar
from calendars.rules import MINUTES_PER_DAY, Hours, Rules
from core.choices import Level
from services.models import Service, ServiceTeam

# The short name of the calendar that holds where nothing else is said.
USUAL_CALENDAR = "heures-ouvrees"
ALWAYS = Schedule(Rules(weekly=tuple(Hours(day, 0, MINUTES_PER_DAY) for day in range(7))))


def support_team(service: Service, level: Level) -> Team | None:
    """The active team that supports the service at a level, None where there is none."""
    row = (
        ServiceTeam.objects.select_related("team")
        .filter(service=service, level=level, team__is_active=True)
        .first()
    )
    return row.team if row else None


def next_team(service: Service, level: Level) -> Team | None:
    """The active team of the nearest level above the given one."""
    rows = ServiceTeam.objects.select_related("team").filter(service=service, team__is_active=True)
    above = [row for row in rows if Level(row.level).rank > level.rank]
    return min(above, key=lambda row: Level(row.level).rank).team if above else None


def schedule_of(service: Service | None) -> Schedule:
    """The opening hours that count for a service: its own, else the usual ones, else always."""
    calendar = service.calendar if service and service.calendar_id else None
    calendar = calendar or Calendar.objects.filter(slug=USUAL_CALENDAR).first()
    return calendar.schedule if calendar else ALWAYS
