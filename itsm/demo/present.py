"""The living present: open work of every status and age, some of it told by hand."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from calendars.arithmetic import Schedule, subtract_open_time
from core.choices import Level
from itsm.demo.history import SEED, Story
from itsm.demo.stories import PATHS, Act, Tale
from itsm.demo.texts import Case, World, cases, read
from tickets.choices import Channel, CommentKind, Status

# Below this age hours are real, above it they are working hours: the freshest work is there at any time of the day.
_REAL_HOURS = 5.0
# What waits, how many of it, and between how many hours ago it began.
_WAITING: tuple[tuple[str, int, float, float], ...] = (
    ("new", 8, 0.1, 9),
    ("assigned", 11, 3, 40),
    ("in_progress", 24, 3, 150),
    ("pending", 17, 8, 330),
    ("resolved", 11, 12, 44),
)


class Present:
    """Tells what is under way now."""

    def __init__(self, world: World, schedule: Schedule, now: datetime) -> None:
        self.world, self.schedule, self.now = world, schedule, now
        self.rng = Random(SEED + 1)  # noqa: S311 - a story, not a secret
        self._ways: dict[str, Callable[[Tale, float], None]] = {
            "new": self._new,
            "assigned": self._assigned,
            "in_progress": self._in_progress,
            "pending": self._pending,
            "resolved": self._resolved,
        }

    def stories(self) -> list[Story]:
        """All stories, in the order in which they begin."""
        return sorted([*self._told_by_hand(), *self._told()], key=lambda story: story[0].at)

    def ago(self, hours: float) -> datetime:
        """A moment that many hours ago."""
        if hours < _REAL_HOURS:
            return (self.now - timedelta(hours=hours)).replace(microsecond=0)
        moment = subtract_open_time(
            self.schedule, self.now - timedelta(hours=_REAL_HOURS), timedelta(hours=hours - _REAL_HOURS)
        )
        # Never on the minute of the bell.
        return (moment - timedelta(seconds=self.rng.randrange(20, 500))).replace(microsecond=0)

    def _told_by_hand(self) -> Iterator[Story]:
        for row in read("present")["ticket"]:
            yield list(self._acts_of(row))

    def _acts_of(self, row: dict[str, Any]) -> Iterator[Act]:
        told = {
            name: row[name] for name in ("title", "description", "service", "category", "urgency", "impact")
        }
        if "caller" in row:
            told["requester"] = row["caller"]
        yield Act(
            self.ago(row["age"]), "open", row["by"], {**told, "channel": row.get("channel", Channel.PORTAL)}
        )
        for age, who, name, *rest in row.get("steps", ()):
            yield self._act(self.ago(age), who, name, rest)

    def _act(self, moment: datetime, who: str, name: str, rest: list[Any]) -> Act:
        """One line of the file as an act."""
        if name in CommentKind.values:
            return Act(moment, "comment", who, {"kind": name, "body": rest[0]})
        if name in Status.values:
            values = dict(rest[0]) if rest else {}
            if "until_days" in values:
                values["pending_until"] = self.now + timedelta(days=values.pop("until_days"))
            return Act(moment, "move", who, {"to": name, **values})
        return Act(moment, name, who, dict(rest[0]) if rest else {})

    def _told(self) -> Iterator[Story]:
        known = [case for case in cases().values() if case.level in PATHS]
        for what, count, low, high in _WAITING:
            suited = [case for case in known if _suits(case, what)]
            for case in self.rng.choices(suited, [case.weight**0.5 for case in suited], k=count):
                age = self.rng.triangular(low, high, low)
                tale = Tale(self.world, case, self.schedule, self.rng, self.ago(age))
                tale.urgency = min(tale.urgency, 4)
                tale.open()
                self._ways[what](tale, age)
                yield tale.acts

    def _new(self, tale: Tale, age: float) -> None:
        """Nobody has taken it."""

    def _assigned(self, tale: Tale, age: float) -> None:
        """Given to someone, or passed on, and not begun."""
        tale.now = self.ago(age * 0.8)
        if tale.case.level == "n1":
            tale.act("assign", "lead", assignee=tale.someone("n1"), reason=tale.voice.usual("handed"))
            return
        tale.worker = tale.worker or tale.someone("n1")
        tale.act("take", tale.worker)
        tale.minutes(2, 14)
        tale.act("comment", tale.worker, kind=CommentKind.INTERNAL, body=tale.voice.usual("notes"))
        tale.now = max(tale.now, self.ago(age * 0.5))
        tale.act("pass_on", tale.worker, level=Level.N2, reason=tale.voice.say("reasons"))

    def _begin(self, tale: Tale, age: float) -> None:
        """Taken, and passed on to whoever solves it."""
        tale.now = self.ago(age * 0.93)
        tale.worker = tale.worker or tale.someone("n1")
        tale.act("take", tale.worker)
        levels = [
            level for level in PATHS[tale.case.level] if level in ("n2", "n3") and level in tale.support
        ]
        share = 0.85
        for level in levels if not tale.case.alert else levels[1:]:
            tale.now = self.ago(age * share)
            tale.act("pass_on", tale.worker, level=level, reason=tale.voice.say("reasons"))
            tale.team, tale.worker = tale.support[level], tale.someone(tale.support[level])
            tale.now = self.ago(age * (share - 0.05))
            tale.act("take", tale.worker)
            share -= 0.12
        tale.now = self.ago(age * 0.58)

    def _in_progress(self, tale: Tale, age: float) -> None:
        """Under way, with a word today on some of it."""
        self._begin(tale, age)
        tale.act("comment", tale.worker, kind=CommentKind.INTERNAL, body=tale.voice.say("notes"))
        if tale.chance(0.5):
            tale.now = self.ago(age * 0.5)
            tale.public("answers")
        if age > 20 and tale.chance(0.6):
            tale.now = self.ago(self.rng.uniform(0.3, 14))
            tale.act("comment", tale.requester, body=tale.voice.usual("worries"))

    def _pending(self, tale: Tale, age: float) -> None:
        """Waiting for somebody, or for a day."""
        self._begin(tale, age)
        reason = self.rng.choice(
            ("requester", "requester", "supplier", "part", "visit", "change-window", "approval")
        )
        if reason == "requester":
            tale.public("asks")
            tale.hold("requester")
            if age > 30:
                tale.now = self.ago(self.rng.uniform(2, 12))
                tale.act("comment", tale.worker, body=tale.voice.usual("reminders"))
        elif reason in ("supplier", "part"):
            tale.supplier_says("supplier_asks")
            tale.hold(reason, said=tale.voice.usual("waits"))
            tale.now = self.ago(age * 0.3)
            tale.supplier_says("supplier_replies")
        elif reason == "approval":
            tale.hold(reason, said=tale.voice.usual("approvals"))
        else:
            day = self.now + timedelta(days=self.rng.randint(1, 9))
            until = day.replace(hour=9, minute=0, second=0, microsecond=0)
            tale.hold(
                reason, until=until, said=tale.voice.usual("visits" if reason == "visit" else "windows")
            )

    def _resolved(self, tale: Tale, age: float) -> None:
        """Solved, and waiting for the requester's word."""
        self._begin(tale, age)
        tale.now = self.ago(self.rng.uniform(0.4, min(age * 0.55, 26)))
        tale.act("move", tale.worker, to=Status.RESOLVED, **tale.solution())


def _reasons(case: Case) -> tuple[str, ...]:
    """Why such a case may wait."""
    if case.visit or case.level == "supplier":
        return ("requester", "visit", "part", "part")
    if case.level == "n3":
        return ("requester", "supplier", "change-window")
    return ("requester", "requester", "supplier", "approval") if case.level == "n2" else ("requester",)


def _suits(case: Case, what: str) -> bool:
    """Whether such a case can stand so: an alert has its technician from the start."""
    return not (case.alert and what in ("new", "assigned"))
