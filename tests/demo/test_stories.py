"""The stories of the demo: the same for the same day, complete in their words, alike by either way of playing."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from calendars.models import Calendar
from itsm.demo.history import INCIDENTS, History
from itsm.demo.loading import Loader
from itsm.demo.organisation import build_organisation
from itsm.demo.services import build_services
from itsm.demo.texts import Case, Voice, World, cases, events, read
from itsm.demo.tickets import Player
from itsm.pack import install
from services.models import Category
from services.support import USUAL_CALENDAR
from tickets.actions import open_ticket
from tickets.models import Event, Follower, ResolutionCode, Ticket

DAY = date(2026, 3, 18)
NOW = datetime(2026, 3, 18, 15, 0, tzinfo=UTC)
EVERY_CASE = [*cases().values(), *events().values()]


@pytest.fixture
def pack(db: None) -> None:
    """The starting set-up."""
    install()


@pytest.fixture
def history(pack: None) -> History:
    return History(World(DAY), Calendar.objects.get(slug=USUAL_CALENDAR).schedule)


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: case.key)
def test_case_has_all_its_words(case: Case, pack: None) -> None:
    world, rng = World(DAY), Random(1)
    requester = "expert" if case.alert else world.requester(case, rng)
    service = world.service(case, requester)
    assert world.support[service]["n1"] == "n1"
    assert Category.objects.filter(slug=case.category).exists()
    for variant, report in enumerate(case.reports):
        assert ResolutionCode.objects.filter(slug=report.code).exists()
        voice = Voice(case, variant, world.facts(requester, case.language, rng), rng)
        texts = [report.title, report.description, report.cause, report.solution]
        said = [voice.fill(text) for text in texts]
        said += [
            voice.say(what)
            for what in read("words")[case.language]
            if what not in ("rooms", "days", "seconds")
        ]
        assert not [text for text in said if "{" in text or text.startswith("[")]
        assert len(voice.fill(report.title)) <= 250


def test_same_day_tells_the_same_history(history: History, pack: None) -> None:
    again = History(World(DAY), Calendar.objects.get(slug=USUAL_CALENDAR).schedule)
    stories = history.stories()
    assert len(stories) == INCIDENTS
    assert stories == again.stories()


def test_mondays_are_heavy_and_august_is_quiet(history: History) -> None:
    moments = [story[0].at for story in history.stories()]
    monday, friday = (sum(at.weekday() == day for at in moments) for day in (0, 4))
    august, october = (sum(at.month == month for at in moments) for month in (8, 10))
    assert monday > friday * 1.3
    assert august < october / 1.5


def test_set_form_and_single_acts_tell_the_same(history: History) -> None:
    stories = [story for story in history.stories() if story[0].at > NOW - timedelta(days=400)][::17][:45]
    cast = build_organisation(password="x", founded_at=NOW - timedelta(days=800))
    build_services(cast)
    player = Player(cast, until=NOW, told_since=NOW)
    played = [ticket for ticket in map(player.play, stories) if ticket]
    loader = Loader(cast, until=NOW)
    pasts = [past for past in map(loader.play, stories) if past]
    loader.finish(pasts)
    assert [_whole(ticket.pk) for ticket in played] == [_whole(past.ticket.pk) for past in pasts]


def _whole(key: int) -> dict[str, Any]:
    """A ticket with its timeline, without what tells the two ways apart: keys and the number of writes."""
    row = Ticket.objects.filter(pk=key).values().get()
    for name in ("id", "version", "search", "updated_at"):
        row.pop(name)
    timeline = Event.objects.filter(ticket=key).order_by("at", "id")
    row["events"] = list(
        timeline.values_list("at", "verb", "actor_id", "is_public", "data", "comment__body", "comment__kind")
    )
    row["cause"] = Ticket.objects.get(pk=key).details.cause
    row["followers"] = sorted(Follower.objects.filter(ticket=key).values_list("user_id", flat=True))
    return row


def test_portal_with_real_tickets_is_left_alone(requester: User) -> None:
    open_ticket("incident", by=requester, title="A real one")
    with pytest.raises(CommandError, match="--force"):
        call_command("demo", stdout=StringIO())
    assert Ticket.objects.count() == 1
    assert not User.objects.filter(email="admin@demo.example").exists()


def test_refused_set_up_leaves_nothing_behind(pack: None) -> None:
    Category.objects.filter(slug="imprimante").delete()
    with pytest.raises(CommandError, match="imprimante"):
        call_command("demo", stdout=StringIO())
    assert not User.objects.exists()
