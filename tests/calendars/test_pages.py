"""Where calendars are set up."""

import pytest
from django.test import Client

from accounts.models import User
from calendars.actions import install_calendars
from calendars.models import Calendar
from calendars.rules import Hours, YearlyClosure

TYPED = {
    "name": "École",
    "description": "matin",
    "timezone": "Europe/Paris",
    "country": "FR",
    "subdivision": "57",
    "day0": "8h30-12:30, 13:30–18:00",
    "day4": "22:00-06:00",
    "own_days": "2026-05-15 Pont de l’Ascension",
    "closures": "12-24 01-02 Hiver",
    "closings": "2026-06-19 12:00-18:00 Inventaire\n2026-06-20 Travaux",
    "openings": "2026-05-01 09:00-12:00 Bascule",
    "is_active": "on",
}


@pytest.fixture
def admin(administrator: User, client: Client) -> Client:
    install_calendars()
    client.force_login(administrator)
    return client


def test_calendar_is_made_shown_and_changed(admin: Client) -> None:
    assert admin.get("/manage/calendars/").status_code == 200
    assert admin.get("/manage/calendars/new/").status_code == 200
    made = admin.post("/manage/calendars/new/", TYPED)
    assert made.status_code == 302, made.context["form"].errors
    rules = Calendar.objects.get(slug="ecole").rules
    assert rules.weekly == (Hours(0, 510, 750), Hours(0, 810, 1080), Hours(4, 1320, 1800))
    assert rules.closures == (YearlyClosure((12, 24), (1, 2), "Hiver"),)
    assert [span.label for span in rules.closings] == ["Inventaire", "Travaux"]
    page = admin.get("/manage/calendars/ecole/?year=2026").content.decode()
    assert "Pont de l’Ascension" in page
    assert "Vendredi saint" in page
    form = admin.get("/manage/calendars/ecole/edit/").context["form"]
    again = {name: form[name].value() for name in form.fields}
    assert again["day0"] == "08:30-12:30, 13:30-18:00"
    assert admin.post("/manage/calendars/ecole/edit/", again).status_code == 302
    unchanged = Calendar.objects.get(slug="ecole")
    assert unchanged.current is not None
    assert (unchanged.current.number, unchanged.rules) == (1, rules)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("timezone", "Mars/Olympus"),
        ("day0", "8-12"),
        ("day3", "08:00-10:00, 25:00-26:00"),
        ("own_days", "15/05/2026"),
        ("closures", "24 December"),
        ("closings", "2026-06-19 12:00-99:00"),
        ("openings", "x" * 30_000),
    ],
)
def test_slip_is_named_and_what_was_typed_stays(admin: Client, field: str, typed: str) -> None:
    response = admin.post("/manage/calendars/new/", {**TYPED, field: typed})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Pont de l’Ascension" in response.content.decode() or field == "own_days"


def test_overlapping_hours_are_named(admin: Client) -> None:
    response = admin.post("/manage/calendars/new/", {**TYPED, "day0": "08:00-12:00, 11:00-13:00"})
    assert response.status_code == 422
    assert "overlap" in response.content.decode()


def test_nonsense_year_shows_this_year(admin: Client) -> None:
    assert admin.get("/manage/calendars/24-7/?year=99999999999").status_code == 200
    assert admin.get("/manage/calendars/24-7/?year=abc").status_code == 200
    assert admin.get("/manage/calendars/none/").status_code == 404


def test_technician_does_not_set_up_calendars(admin: Client, agent: User) -> None:
    admin.force_login(agent)
    for address in ("", "new/", "24-7/", "24-7/edit/"):
        assert admin.get(f"/manage/calendars/{address}").status_code == 403
