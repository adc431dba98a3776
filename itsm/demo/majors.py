"""A major incident from its first report to its review, and the interventions of a week."""

# ruff: noqa: E501 - the sentences of the story stay whole

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from math import sin

from PIL import Image, ImageDraw

from accounts.models import User
from core.choices import Kind
from core.outbox import relay
from incidents.actions import (
    attach_child,
    communicate,
    declare_major,
    finalise_report,
    join_major,
    review_major,
    write_entry,
    write_report,
)
from incidents.choices import UPDATE_TOPIC
from incidents.facts import children_of
from incidents.models import MajorIncident
from incidents.spread import spread_entry
from itsm.demo.order import Telling
from itsm.demo.organisation import Cast
from itsm.demo.rhythm import ZONE
from itsm.demo.texts import FRENCH
from notifications.choices import About
from notifications.models import Notification
from tickets.actions import comment, move, open_ticket, take
from tickets.actions.interventions import (
    finish_intervention,
    plan_intervention,
    sign_intervention,
    start_intervention,
)
from tickets.choices import CommentKind, Status
from tickets.events import untold
from tickets.models import Ticket

_WEEKS_AGO, _TUESDAY = 5, 1
# From a minute of that day to the moment.
Clock = Callable[[int], datetime]

# Minute of the day, who, what they report.
_REPORTS = (
    (
        531,
        "martine.joubert",
        "Impossible d’envoyer un courriel",
        "Outlook affiche « Déconnecté » depuis ce matin.",
    ),
    (
        534,
        "valerie.tessier",
        "Messagerie arrêtée à l’urbanisme",
        "Plus aucun message n’arrive dans le service.",
    ),
    (
        538,
        "emily.carter",
        "No e-mail since this morning",
        "Outlook says “Trying to connect” and nothing arrives.",
    ),
    (
        541,
        "sylvie.bourgeois",
        "Plus de courriel au CCAS",
        "Nous attendons un dossier urgent de la préfecture.",
    ),
    (547, "requester", "Messagerie en panne", "Message d’erreur 0x8004010F au démarrage d’Outlook."),
    (
        552,
        "laure.prigent",
        "Boîte aux lettres de la médiathèque inaccessible",
        "Les réservations n’arrivent plus.",
    ),
)
# Minute of the day, who, what the log says; a star is a word to everybody, with the minutes until the next.
_LOG = (
    (549, "laurent.brunet", 0, "Les deux serveurs de messagerie répondent ; la base des boîtes aux lettres est démontée."),
    (556, "lead", 60, "La messagerie est en panne pour la Ville, l’Agglomération et le CCAS depuis 8 h 40. Nos équipes "
     "cherchent la cause. Pour l’urgent, utilisez le téléphone ; aucun message n’est perdu."),
    (571, "aurelie.simon", 0, "Le volume des journaux de transactions est plein à 100 %. La purge d’après sauvegarde n’a pas "
     "tourné cette nuit : la sauvegarde a échoué à 1 h 12."),
    (598, "expert", 0, "Volume agrandi de 200 Go sur la baie. Contrôle de la base avant remontage : 25 minutes prévues."),
    (616, "lead", 60, "La cause est trouvée : un disque plein. La réparation est en cours, la messagerie devrait revenir "
     "vers 10 h 45."),
    (641, "aurelie.simon", 0, "Base contrôlée, sans erreur, et remontée. Les files d’attente se vident."),
    (655, "lead", 0, "La messagerie fonctionne de nouveau. Les messages retenus arrivent dans l’heure ; redémarrez Outlook "
     "s’il reste déconnecté."),
)  # fmt: skip


def tellings(cast: Cast, now: datetime) -> list[Telling]:
    """The morning without mail, and the visits of the days around today, through the real acts; they tell nobody."""
    return [tell(cast, now) for tell in (_tell_of_the_mail, _repair_copier, _replace_dock, _coming_visits)]


def _tell_of_the_mail(cast: Cast, now: datetime) -> Telling:
    """The morning without mail."""
    today = now.astimezone(ZONE).date()
    day = today - timedelta(days=today.weekday() - _TUESDAY, weeks=_WEEKS_AGO)

    def at(minute: int) -> datetime:
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, 17, tzinfo=ZONE)

    people, service = cast.people, cast.services["messagerie"]
    yield at(526)
    with untold():
        master = open_ticket(
            Kind.INCIDENT, by=people["agent"], requester=people["pauline.mercier"], channel="phone", service=service,
            title="Messagerie arrêtée pour plusieurs services", urgency=5, impact=5, at=at(526), reported_at=at(521),
            description="Mme Mercier et trois collègues n’ont plus accès à leur messagerie depuis 8 h 40.",
            details={"symptoms": "Outlook : « Déconnecté », erreur 0x8004010F. Webmail : erreur 503."},
        )  # fmt: skip
        take(master, by=people["agent"], at=at(528))
    children = []
    for minute, who, title, text in _REPORTS:
        yield at(minute)
        with untold():
            children.append(
                open_ticket(
                    Kind.INCIDENT, by=people[who], title=title, description=text, service=service, urgency=4, impact=3,
                    at=at(minute),
                )
            )  # fmt: skip
    with untold():
        major = declare_major(
            master, by=people["lead"], summary="La messagerie est en panne depuis 8 h 40",
            reason="Trois signalements en dix minutes, de trois entités : le service est arrêté pour tout le monde.",
            entities=[cast.entities[code] for code in ("VILLE", "AGGLO", "CCAS")], at=at(544),
        )  # fmt: skip
        for place, child in enumerate(children):
            attach_child(
                major, child, by=people["agent" if place % 2 else "ines.cordier"], at=at(553 + place)
            )
        for who in ("antoine.weber", "guillaume.ferrand", "aicha.mansouri", "michel.carpentier"):
            join_major(major, by=people[who], at=at(560))
        _write_log(cast, major, at)
        _end(cast, master, major, at)
        # What the worker would send: every word is spread above, at its time; and what is past rings no bell.
        relay(UPDATE_TOPIC)
        Notification.objects.filter(about=About.MAJOR).delete()


def _write_log(cast: Cast, major: MajorIncident, at: Clock) -> None:
    """The log, and the words to everybody."""
    for minute, who, following, text in _LOG:
        moment, by = at(minute), cast.people[who]
        if who == "lead":
            later = at(minute + following) if following else None
            entry = communicate(major, text, by=by, next_update_at=later, at=moment)
            spread_entry(entry.pk, at=moment)
        else:
            write_entry(major, text, by=by, at=moment)


def _end(cast: Cast, master: Ticket, major: MajorIncident, at: Clock) -> None:
    """Solved, reviewed, and reported."""
    people = cast.people
    move(
        master, Status.RESOLVED, by=people["aurelie.simon"], at=at(662),
        values={
            "cause": "Le volume des journaux de transactions était plein : la sauvegarde de la nuit avait échoué, et avec elle "
            "la purge des journaux. Aucune alarme ne surveillait la place libre de ce volume.",
            "solution": "1. Volume des journaux agrandi de 200 Go.\n2. Base des boîtes aux lettres contrôlée puis remontée.\n"
            "3. Sauvegarde relancée, journaux purgés.\n\nAucun message n’est perdu.",
            "resolution_code": cast.codes["software-fix"],
        },
    )  # fmt: skip
    review_major(
        major, by=people["lead"], at=at(662) + timedelta(days=2),
        what_happened="La sauvegarde de la nuit échoue à 1 h 12, faute de place sur le robot. Les journaux ne sont pas purgés ; à "
        "8 h 37 leur volume est plein et la base des boîtes aux lettres se démonte. La cause est trouvée 31 minutes après le "
        "premier appel, le service rétabli à 10 h 41.",
        went_well="- Déclaration 23 minutes après le premier appel.\n- Trois messages à tous, aux heures annoncées.\n"
        "- Aucune donnée perdue.",
        to_improve="- L’échec de la sauvegarde n’a alerté personne pendant sept heures.\n- Le volume des journaux n’était pas "
        "supervisé.",
        follow_ups=[
            {"text": "Superviser la place libre des volumes de messagerie, avec une alarme à 80 %", "owner": people["laurent.brunet"],
             "due_on": (at(662) + timedelta(days=14)).date(), "is_done": True},
            {"text": "Alerter l’astreinte dès l’échec d’une sauvegarde", "owner": people["aurelie.simon"],
             "due_on": (at(662) + timedelta(days=21)).date(), "is_done": True},
            {"text": "Ajouter l’arrêt de la messagerie aux exercices de continuité", "owner": people["expert"],
             "due_on": (at(662) + timedelta(days=90)).date()},
        ],
    )  # fmt: skip
    write_report(
        master, by=people["lead"], at=at(700) + timedelta(days=2),
        summary="Le mardi, la messagerie des trois collectivités s’est arrêtée de 8 h 37 à 10 h 41. Un disque plein en était la "
        "cause, après une sauvegarde manquée. Aucun message n’a été perdu.",
        learnt="Une sauvegarde qui échoue est un incident du service qu’elle protège, et se traite comme tel la nuit même.",
    )  # fmt: skip
    for ticket in (master, *children_of(master)):
        move(ticket, Status.CLOSED, by=None, at=at(702) + timedelta(days=7))
    finalise_report(master, by=people["lead"], language=FRENCH, at=at(702) + timedelta(days=8))


def _repair_copier(cast: Cast, now: datetime) -> Telling:
    """An appointment of three days ago, with its sheet signed."""
    people, reported = cast.people, now - timedelta(days=4)
    yield reported
    with untold():
        copier = _visit(
            cast, "alain.texier", "Bourrages répétés du copieur de l’atelier", "impression", reported
        )
        begin = (now.astimezone(ZONE) - timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
        technician = people["amelie.faure"]
        row = plan_intervention(
            copier, by=technician, technician=technician, starts_at=begin, ends_at=begin + timedelta(hours=1),
            place="Centre technique, atelier, bureau du chef d’atelier", travel_minutes=30,
            purpose="Prendre le four de rechange et le kit de rouleaux.", at=reported + timedelta(minutes=50),
        )  # fmt: skip
        row = start_intervention(row, by=technician, at=begin + timedelta(minutes=6))
        row = finish_intervention(
            row, by=technician, at=begin + timedelta(minutes=58),
            work_done="Four et rouleaux d’entraînement remplacés. 200 pages imprimées en essai, sans bourrage.",
            parts=[{"name": "Four", "reference": "FM4-6228", "quantity": 1}, {"name": "Rouleau d’entraînement", "quantity": 3}],
            remaining="Commander un toner noir d’avance.",
        )  # fmt: skip
        sign_intervention(
            row,
            by=technician,
            signer_name="Alain Texier",
            signature=_signature(),
            at=begin + timedelta(hours=1),
        )


def _replace_dock(cast: Cast, now: datetime) -> Telling:
    """A visit of this morning, done and not signed."""
    agent, hour = cast.people["agent"], now.replace(minute=0, second=0, microsecond=0)
    reported = now - timedelta(days=1)
    yield reported
    with untold():
        dock = _visit(
            cast, "requester", "Station d’accueil qui ne charge plus le portable", "postes-ville", reported
        )
        row = plan_intervention(
            dock, by=agent, technician=agent, starts_at=hour - timedelta(hours=2), ends_at=hour - timedelta(hours=1),
            place="Hôtel de ville, 2ᵉ étage, bureau 214", at=hour - timedelta(hours=20),
        )  # fmt: skip
        finish_intervention(
            row, by=agent, work_done="Station remplacée par une neuve ; charge et deux écrans vérifiés.",
            parts=[{"name": "Station d’accueil USB-C", "quantity": 1}], at=hour - timedelta(minutes=55),
        )  # fmt: skip


def _coming_visits(cast: Cast, now: datetime) -> Telling:
    """Appointments of today and tomorrow."""
    agent, hour = cast.people["agent"], now.replace(minute=0, second=0, microsecond=0)
    reported = now - timedelta(hours=20)
    yield reported
    for who, title, service, hours, mode, place in (
        ("martine.joubert", "Deuxième écran noir à l’état civil", "postes-ville", 2, "on_site", "Hôtel de ville, guichet 3"),
        ("nadia.cherif", "Agirh se ferme à l’édition des bulletins", "paie", 24, "remote", ""),
    ):  # fmt: skip
        with untold():
            plan_intervention(
                _visit(cast, who, title, service, reported), by=agent, technician=agent, mode=mode, place=place,
                starts_at=hour + timedelta(hours=hours), ends_at=hour + timedelta(hours=hours + 1),
                travel_minutes=10 if place else 0, at=now - timedelta(hours=3),
            )  # fmt: skip


def _visit(cast: Cast, who: str, title: str, service: str, at: datetime) -> Ticket:
    """An incident that somebody has to go and see."""
    person: User = cast.people[who]
    ticket = open_ticket(
        Kind.INCIDENT, by=person, title=title, service=cast.services[service], urgency=3, impact=2, at=at
    )
    take(ticket, by=cast.people["agent"], at=at + timedelta(minutes=40))
    comment(
        ticket, by=cast.people["agent"], kind=CommentKind.INTERNAL, body="À voir sur place.",
        at=at + timedelta(minutes=45),
    )  # fmt: skip
    return ticket


def _signature() -> bytes:
    """A signature as a finger draws it."""
    image = Image.new("RGBA", (480, 180))
    curve = [(30 + step * 4, 100 + 46 * sin(step / 7) - step * 0.3) for step in range(105)]
    ImageDraw.Draw(image).line(curve, fill="#14222a", width=4, joint="curve")
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
