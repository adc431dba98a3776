"""What the demo is made of, read from the files beside: people, services, cases and what people say."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).with_name("data")
DOMAIN = "demo.example"
FRENCH, ENGLISH = "fr", "en"

Facts = Mapping[str, str]


@cache
def read(name: str) -> dict[str, Any]:
    """One file of data."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


_FITS = re.compile(r"\[([\d,]+)\] ")


@dataclass(frozen=True)
class Report:
    """One way in which a case is reported, and how it ends: cause, solution and the slug of the code."""

    title: str
    description: str
    cause: str
    solution: str
    code: str


@dataclass(frozen=True)
class Case:
    """A kind of incident. `level` solves it; `usual` people, or those of the entity `only`, report it."""

    key: str
    service: str
    category: str
    level: str
    urgency: tuple[int, int]
    impact: tuple[int, int]
    reports: Sequence[Report]
    weight: int = 1
    language: str = FRENCH
    usual: Sequence[str] = ()
    only: str = ""
    visit: bool = False
    alert: bool = False
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_data(cls, row: Mapping[str, Any]) -> "Case":
        """A case as the file writes it; lists that are no column of ours are things people say."""
        known = {name: value for name, value in row.items() if name in cls.__dataclass_fields__}
        known["reports"] = [Report(*report) for report in row["reports"]]
        said = {name: value for name, value in row.items() if name not in cls.__dataclass_fields__}
        return cls(**known, said=said)


@cache
def cases() -> dict[str, Case]:
    """The ordinary cases by key."""
    return {row["key"]: Case.from_data(row) for row in read("cases")["case"]}


@cache
def events() -> dict[str, Case]:
    """The cases of remarkable days: an interruption, a change that went wrong."""
    return {row["key"]: Case.from_data(row) for row in read("events")["case"]}


class Voice:
    """Chooses what is said about one report of a case, with its facts filled in."""

    def __init__(self, case: Case, variant: int, facts: Facts, rng: Random) -> None:
        self.report = case.reports[variant]
        self._case, self._variant, self._facts, self._rng = case, variant, facts, rng
        self._words: dict[str, list[str]] = read("words")[case.language]

    def say(self, what: str) -> str:
        """Something that fits the report, else something that fits any case."""
        return self.fill(self._rng.choice(self._own(what) or self._words[what]))

    def usual(self, what: str, **facts: str) -> str:
        """Something that fits any case."""
        return self._rng.choice(self._words[what]).format_map({**self._facts, **facts})

    def fill(self, text: str) -> str:
        """A text with the facts of the ticket."""
        return text.format_map(self._facts)

    def _own(self, what: str) -> list[str]:
        """What the case has to say on this report."""
        own = []
        for text in self._case.said.get(what, ()):
            found = _FITS.match(text)
            if found is None:
                own.append(text)
            elif str(self._variant) in found[1].split(","):
                own.append(text[found.end() :])
        return own


class World:
    """Who is where, as the files say; people, teams and services by their keys."""

    def __init__(self, today: date) -> None:
        data = read("organisation")
        self.today = today
        self.entity_of = {row[0]: row[4] for rows in self._rows(data) for row in rows}
        self.name_of = {row[0]: f"{row[1]} {row[2]}" for rows in self._rows(data) for row in rows}
        self.site_of = {row["code"]: row["name"] for row in data["entity"]}
        self.requesters: list[str] = [row[0] for row in data["people"]["requesters"]]
        self.english = set(data["people"]["english"])
        self.sensitive = set(data["people"]["sensitive"])
        self.members: dict[str, list[str]] = {
            team["code"]: [*team["leads"], *team["members"]] for team in data["team"]
        }
        self.support = {row["code"]: support_of(row) for row in read("services")["service"]}
        self._absences = [
            (row[0], today + timedelta(days=row[1]), today + timedelta(days=row[2]))
            for row in data["absences"]["rows"]
        ]

    @staticmethod
    def _rows(data: Mapping[str, Any]) -> list[list[list[str]]]:
        return [data["people"][group] for group in ("technicians", "suppliers", "managers", "requesters")]

    def service(self, case: Case, requester: str) -> str:
        """The service a case is about: workstations have one per entity."""
        if case.service != "postes":
            return case.service
        return f"postes-{self.entity_of[requester].partition('-')[0].lower()}"

    def member(self, team: str, day: date, rng: Random) -> str:
        """Someone of a team who is there that day, leads less often than the others."""
        away = {person for person, first, last in self._absences if first <= day <= last}
        everybody = self.members[team]
        people = [person for person in everybody if person not in away] or everybody
        weights = [1 if person == everybody[0] and len(people) > 2 else 3 for person in people]
        return rng.choices(people, weights)[0]

    def requester(self, case: Case, rng: Random) -> str:
        """Someone who reports such a case."""
        if case.usual:
            return rng.choice(case.usual)
        french = [person for person in self.requesters if person not in self.english]
        people = [person for person in french if self.entity_of[person].startswith(case.only)]
        return rng.choices(people, [1 if person in self.sensitive else 3 for person in people])[0]

    def colleague(self, person: str, rng: Random) -> str:
        """Someone else of the same place, or of anywhere where there is nobody."""
        others = [p for p in self.requesters if p != person]
        near = [p for p in others if self.entity_of[p] == self.entity_of[person]]
        return rng.choice(near or others)

    def facts(self, requester: str, language: str, rng: Random) -> dict[str, str]:
        """The details of one ticket: machine, room, day."""
        site = self.entity_of[requester]
        short = site.partition("-")[2] or site
        words = read("words")[language]
        return {
            "poste": f"PC-{short}-{rng.randint(12, 480):04d}",
            "copieur": f"COP-{short}-{rng.randint(1, 9):02d}",
            "bureau": str(rng.choice((0, 100, 200, 300)) + rng.randint(2, 38)).zfill(3),
            "salle": rng.choice(words["rooms"]),
            "heure": rng.choice(("9 h 30", "10 h", "10 h 30", "11 h", "14 h", "14 h 30", "15 h", "16 h")),
            "jour": rng.choice(words["days"]),
            "day": rng.choice(words["days"]),
            "numero": str(rng.randint(1040, 9870)),
            "piece": f"{self.today.year}-{rng.randint(310, 9120):05d}",
            "collegue": self.name_of[self.colleague(requester, rng)],
            "site": self.site_of[site],
        }  # fmt: skip


def support_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The team per level of a service; the service desk stands before all."""
    return {"n1": "n1"} | {level: row[level] for level in ("n2", "n3", "supplier") if level in row}
