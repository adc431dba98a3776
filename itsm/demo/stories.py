"""The story of one incident, from its report to its end, as a list of acts with their times."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from calendars.arithmetic import Schedule
from itsm.demo.rhythm import ZONE, at, later
from itsm.demo.texts import Case, Voice, World
from tickets.choices import Channel, CommentKind, Status

PATHS = {"n1": (), "n2": ("n2",), "n3": ("n2", "n3"), "supplier": ("n2", "supplier")}
PORTAL_ITSELF = ""


@dataclass(frozen=True)
class Act:
    """One act of a story: who does what when; people, teams and words by their keys."""

    at: datetime
    name: str
    who: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass
class Tale:
    """Tells the story of one incident: each step adds acts and moves the time on."""

    world: World
    case: Case
    schedule: Schedule
    rng: Random
    now: datetime
    requester: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    variant: int | None = None
    acts: list[Act] = field(default_factory=list)
    worker: str = ""
    team: str = "n1"
    ended: bool = False

    def __post_init__(self) -> None:
        """Choose who reports, and the details of the case."""
        if self.case.alert and not self.requester:
            team = self.world.support[self.case.service]["n2"]
            self.requester = self.world.member(team, self.now.date(), self.rng)
        self.requester = self.requester or self.world.requester(self.case, self.rng)
        self.service = self.world.service(self.case, self.requester)
        self.support = self.world.support[self.service]
        self.facts = self.world.facts(self.requester, self.case.language, self.rng) | self.facts
        chosen = self.rng.randrange(len(self.case.reports)) if self.variant is None else self.variant
        self.voice = Voice(self.case, chosen, self.facts, self.rng)
        self.urgency, self.impact = self.rng.randint(*self.case.urgency), self.rng.randint(*self.case.impact)
        # What hurts is taken sooner: all waits are multiplied by this.
        self.pace = {5: 0.25, 4: 0.5, 3: 1.0}.get(self.urgency, 1.5)

    def act(self, name: str, who: str, **given: Any) -> None:
        """Add an act now."""
        self.acts.append(Act(self.now, name, who, given))

    def wait(self, low: float, high: float) -> None:
        """Let working hours pass."""
        self.now = later(self.schedule, self.now, low * self.pace, high * self.pace, self.rng)

    def minutes(self, low: float, high: float) -> None:
        """Let minutes pass, whatever the hour."""
        self.now += timedelta(seconds=round(self.rng.uniform(low, high) * 60))

    def chance(self, likelihood: float) -> bool:
        """Whether something that happens so often happens this time."""
        return self.rng.random() < likelihood

    def someone(self, team: str) -> str:
        """A member of a team who is there now."""
        return self.world.member(team, self.now.date(), self.rng)

    # From the report to the first technician

    def open(self) -> None:
        """Report it: on the portal, by telephone, by mail, at the counter, or as an alert of the monitoring."""
        told = {
            "title": self.voice.fill(self.voice.report.title),
            "description": self.voice.fill(self.voice.report.description),
            "service": self.service, "category": self.case.category, "urgency": self.urgency, "impact": self.impact,
        }  # fmt: skip
        if self.case.alert:
            self.worker, self.team = self.requester, self.support["n2"]
            self.act("open", self.worker, channel=Channel.ALERT, team=self.team, **told)
            return
        channel = self.rng.choices(
            (Channel.PORTAL, Channel.PHONE, Channel.EMAIL, Channel.COUNTER), (54, 28, 10, 8)
        )[0]
        if channel in (Channel.PORTAL, Channel.EMAIL):
            self.act("open", self.requester, channel=channel, **told)
            return
        self.worker = self.someone("n1")
        called_at = self.now - timedelta(minutes=self.rng.randint(2, 9))
        self.act(
            "open", self.worker, channel=channel, requester=self.requester, reported_at=called_at, **told
        )

    def take(self) -> None:
        """A technician of the service desk begins, or the lead hands it to one."""
        if self.worker:
            self.minutes(0.3, 2)
        else:
            self.wait(0.05, 2.6)
            self.worker = self.someone("n1")
            if self.chance(0.14):
                said = {"reason": self.voice.usual("handed")} if self.chance(0.5) else {}
                self.act("assign", "lead", assignee=self.worker, **said)
                self.wait(0.1, 1.5)
        self.act("take", self.worker)

    def weigh(self) -> None:
        """Look at what was reported: correct it, raise it, tell a colleague."""
        self.minutes(1, 6)
        if self.chance(0.09):
            lighter = self.impact > 2
            self.act("edit", self.worker, impact=self.impact - 1 if lighter else self.impact + 1)
        if self.chance(0.04):
            raised = self.chance(0.75)
            self.minutes(1, 15)
            self.act(
                "set_priority",
                "lead",
                priority=2 if raised else 4,
                reason=self.voice.usual("raised" if raised else "lowered"),
            )
        if self.chance(0.05):
            self.act("follow", self.worker, user=self.world.colleague(self.requester, self.rng))

    def withdraw(self) -> None:
        """The requester withdraws it before anybody began."""
        self.wait(0.2, 2)
        self.act("move", self.requester, to=Status.CANCELLED, reason=self.voice.usual("gone"))
        self.ended = True

    # Work

    def ask(self) -> None:
        """Ask the requester, who answers, mostly."""
        self.minutes(2, 9)
        self.public("asks")
        self.hold("requester")
        if self.chance(0.9):
            self.wait(0.3, 9)
            self.act("comment", self.requester, body=self.voice.say("replies"))
            return
        for _reminder in range(2):
            self.wait(16, 26)
            self.act("comment", self.worker, body=self.voice.usual("reminders"))
        self.wait(30, 45)
        self.act("move", self.worker, to=Status.CANCELLED, reason=self.voice.usual("silent"))
        self.ended = True

    def public(self, what: str) -> None:
        """Answer the requester."""
        self.act("comment", self.worker, body=self.voice.say(what))

    def note(self, what: str = "notes") -> None:
        """Write an internal note."""
        self.minutes(2, 14)
        self.act("comment", self.worker, kind=CommentKind.INTERNAL, body=self.voice.say(what))

    def hold(self, reason: str, *, until: datetime | None = None, said: str = "") -> None:
        """Put it on hold."""
        self.minutes(0.2, 1)
        given: dict[str, Any] = {"pending_reason": reason}
        if until:
            given["pending_until"] = until
        if said:
            given["reason"] = said
        self.act("move", self.worker, to=Status.PENDING, **given)

    def climb(self, level: str) -> None:
        """Pass it to the next level, where someone takes it after a while."""
        self.wait(0.05, 1.4)
        self.act("pass_on", self.worker, level=level, reason=self.voice.say("reasons"))
        self.team = self.support[level]
        self.wait(0.2, 6)
        self.worker = self.someone(self.team)
        self.act("take", self.worker)
        if self.chance(0.55):
            self.note()
        if self.chance(0.45):
            self.wait(0.1, 1)
            self.public("answers")

    def visit(self) -> None:
        """Go there on an agreed day; until then it waits."""
        self.minutes(2, 12)
        self.public("answers")
        day = later(self.schedule, self.now, 8, 26, self.rng).astimezone(ZONE).date()
        until = at(day, self.rng.choice((540, 570, 600, 840, 870, 930)))
        if until <= self.now:
            return
        self.hold("visit", until=until, said=self.voice.usual("visits"))
        self.now = until
        self.minutes(10, 40)

    def call_supplier(self) -> None:
        """Write to the supplier and wait for his answer."""
        self.minutes(4, 20)
        self.supplier_says("supplier_asks")
        part = self.chance(0.3)
        self.hold("part" if part else "supplier", said=self.voice.usual("waits") if self.chance(0.4) else "")
        self.wait(5, 34)
        self.supplier_says("supplier_replies")
        self.minutes(3, 20)
        self.act("move", self.worker, to=Status.IN_PROGRESS)

    def supplier_says(self, what: str) -> None:
        """Note an exchange with the supplier."""
        self.act("comment", self.worker, kind=CommentKind.SUPPLIER, body=self.voice.say(what))

    def hand_to_supplier(self) -> None:
        """Pass it to the supplier's own team, who works on it and gives it back."""
        home, team = self.worker, self.team
        self.minutes(4, 20)
        self.act("pass_on", self.worker, level="supplier", reason=self.voice.say("supplier_asks"))
        self.wait(1, 9)
        self.worker = self.someone(self.support["supplier"])
        self.act("take", self.worker)
        self.minutes(4, 25)
        self.supplier_says("supplier_replies")
        self.wait(4, 22)
        if self.chance(0.45):
            return
        self.act("pass_on", self.worker, team=team, reason=self.voice.usual("given_back"))
        self.wait(0.3, 4)
        self.worker, self.team = home, team
        self.act("take", home)

    def work(self) -> None:
        """Everything between the first look and the solution."""
        if self.case.level == "n1" and self.chance(0.3):
            self.note()
        if self.chance(0.24) and not self.case.alert:
            self.ask()
        for level in PATHS[self.case.level]:
            if self.ended or level not in self.support:
                continue
            if level == "supplier":
                (self.call_supplier if self.chance(0.65) else self.hand_to_supplier)()
            elif not (self.case.alert and level == "n2"):
                self.climb(level)
        if self.ended:
            return
        if self.case.visit and self.chance(0.55):
            self.visit()
        if self.chance(0.1):
            self.wait(2, 10)
            self.act("comment", self.requester, body=self.voice.usual("worries"))

    # The end

    def resolve(self, *, again: bool = False) -> None:
        """Say what it was and how it was solved."""
        longest = {"n1": 1.5, "n2": 7, "n3": 13, "supplier": 4}[self.case.level]
        self.wait(0.1, longest)
        if self.chance(0.3) and self.case.level == "n1":
            self.public("answers")
            self.minutes(4, 18)
        self.act("move", self.worker, to=Status.RESOLVED, **self.solution(again=again))

    def solution(self, *, again: bool = False) -> dict[str, str]:
        """What the move to resolved needs; `again` where it was refused before."""
        report = self.voice.report
        solution = self.voice.fill(report.solution)
        if again:
            solution = self.voice.usual("seconds", solution=solution)
        return {"cause": self.voice.fill(report.cause), "solution": solution, "resolution_code": report.code}

    def settle(self) -> None:
        """The requester accepts, or says nothing; now and then it was not the end."""
        if not self.case.alert:
            if self.chance(0.06):
                self.refuse()
            elif self.chance(0.025):
                self.come_back()
        if self.chance(0.36):
            self.accept()

    def refuse(self) -> None:
        """The requester refuses the solution, and another is found."""
        self.wait(0.4, 9)
        self.act("move", self.requester, to=Status.IN_PROGRESS, reason=self.voice.usual("refusals"))
        self.wait(0.2, 2)
        self.act("comment", self.worker, body=self.voice.usual("apologies"))
        self.resolve(again=True)

    def come_back(self) -> None:
        """After the closing it starts again: an answer within the delay reopens."""
        self.now = later(self.schedule, self.now, 52, 74, self.rng)
        self.act("comment", self.requester, body=self.voice.usual("returns"))
        self.wait(0.3, 3)
        self.act("comment", self.worker, body=self.voice.usual("apologies"))
        self.resolve(again=True)

    def accept(self) -> None:
        """The requester says it is good, with or without thanks."""
        self.wait(0.2, 14)
        if self.chance(0.4):
            self.act("comment", self.requester, body=self.voice.usual("thanks"))
            self.minutes(0.1, 2)
        self.act("move", self.requester, to=Status.CLOSED)

    def tell(self) -> list[Act]:
        """The whole story of an ordinary incident."""
        self.open()
        if not self.worker and self.chance(0.035):
            self.withdraw()
            return self.acts
        self.take()
        self.weigh()
        if self.chance(0.012):
            self.minutes(3, 20)
            self.act("move", self.worker, to=Status.CANCELLED, reason=self.voice.usual("duplicate"))
            return self.acts
        self.work()
        if not self.ended:
            self.resolve()
            self.settle()
        return self.acts
