"""Who supports a service, and when."""

from calendars.arithmetic import Schedule
from calendars.models import Calendar
from accounts.models import Team
from core.choices import Level
from services.models import Service, ServiceTeam


def support_team(service: Service, level: Level) -> Team | None:
    """The active team that supports the service at a level, None where there is none."""
    row = ServiceTeam.objects.select_related("team").filter(service=service, level=level, team__is_active=True).first()
    return row.team if row else None


def next_team(service: Service, level: Level) -> Team | None:
    """The active team of the nearest level above the given one."""
    rows = ServiceTeam.objects.select_related("team").filter(service=service, team__is_active=True)
    above = [row for row in rows if Level(row.level).rank > level.rank]
    return min(above, key=lambda row: Level(row.level).rank).team if above else None


def schedule_of(service: Service | None) -> Schedule:
    """The opening hours that count for a service, those of the default calendar where it has none."""
    calendar = service.calendar if service and service.calendar_id else None
    return (calendar or Calendar.objects.default()).schedule
