"""A handful of requests of every state, through the same acts as in real use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.actions import edit_person
from accounts.models import User
from assistance.actions import edit_type, open_request
from assistance.models import RequestType
from calendars.arithmetic import Schedule, subtract_open_time
from calendars.models import Calendar
from itsm.demo.organisation import Cast
from services.support import USUAL_CALENDAR
from tickets.actions import decide, move, take
from tickets.actions.checking import check_point
from tickets.choices import Status
from tickets.models import ApprovalStep, CheckItem, ResolutionCode, Ticket
from tickets.models.approvals import Answer

# Whose line manager is whom.
_MANAGERS = {
    "requester": "bertrand.collin",
    "pauline.mercier": "bertrand.collin",
    "romain.guillet": "bertrand.collin",
    "sandra.lopez": "catherine.delorme",
    "nadia.cherif": "bertrand.collin",
    "agent": "lead",
    "thomas.roussel": "lead",
    "ines.cordier": "lead",
    "lead": "philippe.arnaud",
}
_TEAM = "n1"


@dataclass(frozen=True)
class Wish:
    """A request: who asks what by which form, and what came of it; ages in working hours."""

    form: str
    who: str
    age: float
    answers: dict[str, Any]
    approved: float = 0
    refused: str = ""
    taken: float = 0
    by: str = "agent"
    solved: float = 0
    solution: str = ""
    closed: bool = False
    until: dict[str, int] = field(default_factory=dict)


WISHES = (
    Wish(
        "arrival", "nadia.cherif", 62,
        {"ask_person": "Inès Morel", "ask_job": "Chargée de mission", "ask_place": "Hôtel de ville, bureau 214",
         "ask_equipment": ["laptop", "headset"], "ask_like": "Pauline Mercier"},
        approved=55, taken=50, solved=20, closed=True, until={"ask_from": 6},
        solution="Compte, boîte aux lettres et ordinateur sont prêts ; le matériel est remis, la charte est signée.",
    ),
    Wish(
        "software", "pauline.mercier", 48,
        {"ask_software": "Suite graphique complète", "ask_purpose": "Retoucher deux affiches par an."},
        refused="Trop cher pour cet usage : le logiciel libre déjà installé suffit.",
    ),
    Wish(
        "software", "requester", 44,
        {"ask_software": "Lecteur de codes-barres", "ask_purpose": "Saisir les factures plus vite.",
         "ask_device": "VIL-PC-0412"},
        approved=36, taken=30, by="thomas.roussel", solved=9,
        solution="Le logiciel est installé sur votre poste ; l’icône est sur le bureau.",
    ),
    Wish(
        "rights", "romain.guillet", 26,
        {"ask_resource": "Dossier « Marchés 2026 »", "ask_access": "write",
         "ask_purpose": "Rédiger les pièces du marché de nettoyage."},
        approved=18,
    ),
    Wish(
        "loan", "sandra.lopez", 14, {"ask_item": "laptop", "ask_purpose": "Séminaire du cabinet."},
        taken=11, by="ines.cordier", until={"ask_from": 5, "ask_until": 8},
    ),
    Wish(
        "hardware", "requester", 13,
        {"ask_item": "screen", "ask_quantity": 1, "ask_place": "Hôtel de ville, bureau 12",
         "ask_purpose": "Comparer deux tableaux côte à côte pour la clôture."},
    ),
    Wish(
        "hardware", "agent", 6,
        {"ask_item": "headset", "ask_quantity": 2, "ask_purpose": "Les casques du centre de services sont usés."},
    ),
    Wish(
        "departure", "eric.barbier", 3, {"ask_person": "Luc Ferrand", "ask_mailbox": "keep"}, until={"ask_until": 12},
    ),
)  # fmt: skip


def build_requests(cast: Cast, *, now: datetime) -> None:
    """Play the requests; everything they need is there."""
    for key, manager in _MANAGERS.items():
        edit_person(cast.people[key], {"manager": cast.people[manager]}, by=None)
    for row in RequestType.objects.filter(team=None):
        edit_type(row, {"team": cast.teams[_TEAM]}, by=None)
    cast.read_people()
    schedule = Calendar.objects.get(slug=USUAL_CALENDAR).schedule
    for wish in WISHES:
        _play(wish, cast, schedule, now)


def _play(wish: Wish, cast: Cast, schedule: Schedule, now: datetime) -> None:
    def ago(hours: float) -> datetime:
        return subtract_open_time(schedule, now, timedelta(hours=hours)).replace(microsecond=0)

    today = now.date()
    dates = {name: str(today + timedelta(days=days)) for name, days in wish.until.items()}
    ticket = open_request(
        RequestType.objects.get(slug=wish.form), by=cast.people[wish.who], fields={**wish.answers, **dates},
        at=ago(wish.age),
    )  # fmt: skip
    if wish.approved or wish.refused:
        step = ApprovalStep.objects.get(approval__ticket=ticket)
        approver: User = step.votes.select_related("approver").earliest("pk").approver
        answer = Answer.REFUSED if wish.refused else Answer.APPROVED
        decide(step, answer, by=approver, reason=wish.refused, at=ago(wish.approved or wish.age - 6))
    if wish.taken:
        _work(wish, ticket, cast.people[wish.by], ago)


def _work(wish: Wish, ticket: Ticket, person: User, ago: Any) -> None:
    take(ticket, by=person, at=ago(wish.taken))
    if not wish.solved:
        return
    for number, point in enumerate(CheckItem.objects.filter(ticket=ticket).order_by("position")):
        check_point(point, done=True, by=person, at=ago(wish.taken - number))
    code = ResolutionCode.objects.get(slug="assistance")
    values = {"solution": wish.solution, "resolution_code": code}
    move(ticket, Status.RESOLVED, by=person, values=values, at=ago(wish.solved))
    if wish.closed:
        move(ticket, Status.CLOSED, by=ticket.requester, at=ago(wish.solved - 2))
