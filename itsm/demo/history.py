"""Two years of incidents: the ordinary ones, those that come back, and the days people still talk of."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from calendars.arithmetic import Schedule, is_working_day
from core.choices import Level
from itsm.demo.rhythm import at, later, moment_of, opening_times
from itsm.demo.stories import Act, Tale
from itsm.demo.texts import World, cases, events
from tickets.choices import CommentKind

Story = list[Act]

SEED = 2024
# All incidents of the past together; the present adds its own.
INCIDENTS = 1500

# What returns to the same service: case, who reports, which of its words, facts that stay, first day ago,
# and after how many days again.
_RECURRENCES: tuple[tuple[str, str, int, dict[str, str], int, int], ...] = (
    ("bourrage", "nadia.cherif", 0, {"copieur": "COP-HDV-02", "bureau": "118"}, 310, 17),
    ("etat-civil", "martine.joubert", 1, {}, 420, 28),
    ("badgeuse", "virginie.hamon", 0, {}, 260, 24),
    ("vpn", "romain.guillet", 0, {}, 290, 30),
    ("wifi", "jeanne.robin", 0, {"salle": "Garonne"}, 190, 19),
    ("numerisation", "sarah.benoit", 0, {"copieur": "COP-EAU-01"}, 350, 90),
)
# Days ago, counted to a Monday or a Thursday.
_FAILED_CHANGE, _INTERRUPTION = 140, 45


class History:
    """Tells the past of the organisation, the same for the same day."""

    def __init__(self, world: World, schedule: Schedule) -> None:
        self.world, self.schedule, self.rng = world, schedule, Random(SEED)  # noqa: S311 - a story, not a secret

    def stories(self) -> list[Story]:
        """All stories, in the order in which they begin."""
        special = [*self._recurrences(), *self._failed_change(), *self._interruption()]
        ordinary = self._ordinary(INCIDENTS - len(special))
        return sorted([*special, *ordinary], key=lambda story: story[0].at)

    def _tale(
        self, key: str, moment: datetime, requester: str = "", variant: int | None = None, **facts: str
    ) -> Tale:
        case = cases().get(key) or events()[key]
        return Tale(self.world, case, self.schedule, self.rng, moment, requester, facts, variant)

    def _ordinary(self, count: int) -> list[Story]:
        known = list(cases().values())
        weights = [case.weight for case in known]
        moments = opening_times(self.world.today, count, self.schedule, self.rng)
        return [self._tale(self.rng.choices(known, weights)[0].key, moment).tell() for moment in moments]

    def _recurrences(self) -> Iterator[Story]:
        """The same thing at the same place every few weeks, for whoever looks."""
        for key, requester, variant, facts, first, every in _RECURRENCES:
            for ago in range(first, 6, -every):
                day = self._working(self.world.today - timedelta(days=ago + self.rng.randint(-2, 2)))
                if key == "etat-civil":
                    day = _on_weekday(day, 0)
                moment = moment_of(self._working(day), self.rng)
                tale = self._tale(key, moment, requester, variant, **facts)
                tale.open()
                tale.take()
                tale.work()
                if not tale.ended:
                    tale.resolve()
                    tale.settle()
                yield tale.acts

    def _failed_change(self) -> Iterator[Story]:
        """The week after a new version of the financial application went live on a Monday."""
        monday = _on_weekday(self.world.today - timedelta(days=_FAILED_CHANGE), 0)
        for offset, count in enumerate((13, 9, 6, 4, 2)):
            day = self._working(monday + timedelta(days=offset))
            for moment in sorted(moment_of(day, self.rng) for _each in range(count)):
                tale = self._tale("nouvelle-version", moment)
                tale.open()
                tale.take()
                if tale.chance(0.7):
                    tale.note("known")
                tale.work()
                if not tale.ended:
                    tale.resolve()
                    tale.settle()
                yield tale.acts

    def _interruption(self) -> Iterator[Story]:
        """A cut fibre on a Thursday morning: one alert, and a burst of reports that are one and the same."""
        day = self._working(_on_weekday(self.world.today - timedelta(days=_INTERRUPTION), 3))
        restored = at(day, 12 * 60 + 50)
        master = self._tale("coupure-alerte", at(day, 9 * 60 + 41, 12))
        master.open()
        master.minutes(1, 2)
        master.act("take", master.worker)
        master.act("set_priority", "lead", priority=1, reason="Hôtel de ville entier sans réseau.")
        master.minutes(4, 6)
        master.act("pass_on", master.worker, level=Level.N3, reason=master.voice.say("reasons"))
        master.minutes(3, 5)
        master.worker = "expert"
        master.act("take", "expert")
        for _note in range(2):
            master.note()
        master.now = restored - timedelta(minutes=25)
        master.act("comment", "expert", kind=CommentKind.SUPPLIER, body=master.voice.say("supplier_replies"))
        master.now, master.pace = restored, 0.0
        master.resolve()
        yield master.acts
        for _each in range(26):
            yield self._touched(at(day, 9 * 60 + 42), restored)

    def _touched(self, cut: datetime, restored: datetime) -> Story:
        """One of those who were cut off: answered at once, solved with all the others."""
        tale = self._tale("coupure", cut + timedelta(seconds=self.rng.triangular(30, 3600, 300) // 1))
        tale.open()
        tale.minutes(1, 12)
        tale.worker = tale.worker or tale.someone("n1")
        tale.act("take", tale.worker)
        tale.note("known")
        tale.public("answers")
        tale.now, tale.pace = max(restored, tale.now) + timedelta(minutes=self.rng.randint(4, 50)), 0.0
        tale.resolve()
        if tale.chance(0.4):
            tale.now, tale.pace = later(self.schedule, tale.now, 0.2, 6, self.rng), 1.0
            tale.accept()
        return tale.acts

    def _working(self, day: date) -> date:
        """The day itself, or the next working day."""
        while not is_working_day(self.schedule, day):
            day += timedelta(days=1)
        return day


def _on_weekday(day: date, weekday: int) -> date:
    """The day of that weekday in the same week."""
    return day + timedelta(days=weekday - day.weekday())
