"""Vectors of other systems' suites, and the published holidays."""

import csv
import json
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from calendars.arithmetic import Schedule, add_open_time, open_time_between, subtract_open_time
from calendars.holidays_of import holidays_of
from calendars.rules import Day, Rules, Span, read_interval
from tests.calendars.schedules import weekly

DATA = Path(__file__).parent.parent / "data"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

with (DATA / "sla" / "vectors_sample.csv").open() as file:
    VECTORS = list(csv.DictReader(file))


@cache
def schedule(name: str) -> Schedule:
    found = json.loads((DATA / "sla" / "schedules_sample.json").read_text())[name]
    hours = [
        each
        for day, spans in found["hours"].items()
        for each in weekly([WEEKDAYS.index(day)], *["-".join(span) for span in spans])
    ]
    closings = tuple(
        Span(date.fromisoformat(day), *read_interval(*span))
        for day, spans in found["breaks"].items()
        for span in spans
    )
    holidays = tuple(Day(date.fromisoformat(day)) for day in found["holidays"])
    return Schedule(Rules(timezone=found["tz"], weekly=tuple(hours), closings=closings, holidays=holidays))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, str]) -> None:
    asked = schedule(vector["schedule"])
    start = datetime.fromisoformat(vector["start"])
    if vector["op"] == "elapsed":
        passed = open_time_between(asked, start, datetime.fromisoformat(vector["value"]))
        assert passed == timedelta(minutes=float(vector["expected"]))
        return
    answer = {"due": add_open_time, "due_back": subtract_open_time}[vector["op"]]
    assert answer(asked, start, timedelta(minutes=float(vector["value"]))) == datetime.fromisoformat(
        vector["expected"]
    )


@pytest.mark.parametrize(
    ("file", "subdivision"), [("fr_2008_2050.csv", ""), ("fr_alsace_moselle_2008_2050.csv", "57")]
)
def test_holidays_are_those_published(file: str, subdivision: str) -> None:
    with (DATA / "holidays" / file).open(encoding="utf-8") as published:
        expected = {date.fromisoformat(row["date"]) for row in csv.DictReader(published)}
    assert {day.day for day in holidays_of("FR", subdivision)} == expected
