"""Builds the demo organisation in one transaction: it is there whole, or not at all."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from calendars.models import Calendar
from core.outbox import relay
from itsm.demo.assistance import build_requests
from itsm.demo.history import History, Story
from itsm.demo.items import build_items
from itsm.demo.loading import Loader
from itsm.demo.majors import tellings
from itsm.demo.order import Telling, in_order
from itsm.demo.organisation import Cast, build_organisation, declare_absences
from itsm.demo.present import Present
from itsm.demo.problems_changes import build_problems_and_changes
from itsm.demo.projects import build_projects
from itsm.demo.rhythm import HISTORY, ZONE
from itsm.demo.services import build_services
from itsm.demo.texts import DOMAIN, World
from itsm.demo.tickets import Player
from itsm.pack import install
from notifications.actions import set_preferences
from notifications.choices import DEFAULTS, Channel
from notifications.models import Preference
from notifications.spread import TOPIC
from services.models import Service
from services.support import USUAL_CALENDAR
from tickets.actions.bulk import refresh_statistics
from tickets.models import Event, Ticket

# People are told of what happened lately, so that their bells ring; the rest is history.
_TOLD = timedelta(hours=4)
# What is younger than this is played act by act, as in real use; what is older through the set form, to save time.
_ACT_BY_ACT = timedelta(days=92)
_STEP = 100

Say = Callable[[str], object]


def is_there() -> bool:
    """Whether the demo organisation has been built here."""
    return User.objects.filter(email=f"admin@{DOMAIN}").exists()


def build(*, now: datetime, password: str, say: Say) -> dict[str, int]:
    """Build everything as of now; returns how many rows of each kind there are."""
    with transaction.atomic():
        install()
        say("Making the organisation and its services…")
        cast = build_organisation(password=password, founded_at=now - HISTORY - timedelta(days=30))
        build_services(cast, at=now - HISTORY - timedelta(days=29))
        _ring_in_portal_alone(cast.people.values())
        _play_all(cast, now=now, say=say)
        build_problems_and_changes(cast, now=now)
        build_requests(cast, now=now)
        build_projects(cast, now=now)
        build_items(cast, now=now)
        declare_absences(cast, now.astimezone(ZONE).date())
    relay(TOPIC)
    Preference.objects.filter(user__in=list(cast.people.values())).delete()
    refresh_statistics()
    return {
        "people": User.objects.count(),
        "services": Service.objects.count(),
        "tickets": Ticket.objects.count(),
        "events": Event.objects.count(),
    }


def _play_all(cast: Cast, *, now: datetime, say: Say) -> None:
    """Play the older stories at once, the later ones act by act; references grow with time."""
    world = World(now.astimezone(ZONE).date())
    schedule = Calendar.objects.get(slug=USUAL_CALENDAR).schedule
    told = [*History(world, schedule).stories(), *Present(world, schedule, now).stories()]
    stories = sorted(told, key=lambda story: story[0].at)
    older = [story for story in stories if story[0].at < now - _ACT_BY_ACT]
    later = stories[len(older) :]
    loader = Loader(cast, until=now)
    loader.finish([past for past in map(loader.play, older) if past])
    say(f"{len(older)} older incidents are there, {len(later)} follow act by act…")
    player = Player(cast, until=now, told_since=now - _TOLD)
    for number in in_order([*(_tell(player, story) for story in later), *tellings(cast, now)]):
        if number % _STEP == 0:
            say(f"{number} of {len(later)}…")


def _tell(player: Player, story: Story) -> Telling:
    """The story of one ticket, whole at the moment it begins."""
    yield story[0].at
    player.play(story)


def _ring_in_portal_alone(people: Iterable[User]) -> None:
    """Nobody reads mail at these addresses."""
    in_portal = {about: channels & {Channel.IN_APP} for about, channels in DEFAULTS.items()}
    for person in people:
        set_preferences(person, in_portal)
