"""The words of tickets that a new installation starts with; what was edited or removed stays as it is."""

from core.choices import Scale
from tickets.choices import WaitsFor
from tickets.models import Activity, PendingReason, Policy, PriorityCell, ResolutionCode
from tickets.priority import DEFAULT_MATRIX

# code, French, English, who acts, pauses the clock, needs a date
PENDING_REASONS = (
    ("requester", "Retour de l’utilisateur", "Waiting for the user", WaitsFor.REQUESTER, True, False),
    ("supplier", "Fournisseur", "Waiting for a supplier", WaitsFor.SUPPLIER, True, False),
    ("visit", "Intervention planifiée", "Visit planned", WaitsFor.DATE, True, True),
    ("approval", "Validation interne", "Internal approval", WaitsFor.INTERNAL, False, False),
    ("part", "Pièce détachée", "Spare part", WaitsFor.SUPPLIER, True, False),
    ("change-window", "Fenêtre de changement", "Change window", WaitsFor.DATE, True, True),
)

RESOLUTION_CODES = (
    ("assistance", "Assistance", "Assistance"),
    ("training", "Formation", "Training"),
    ("software-fix", "Correctif logiciel", "Software fix"),
    ("hardware-replaced", "Remplacement matériel", "Hardware replaced"),
    ("update", "Mise à jour", "Update"),
    ("configuration", "Configuration corrigée", "Configuration corrected"),
    ("workaround", "Contournement", "Workaround"),
    ("duplicate", "Doublon", "Duplicate"),
    ("not-reproducible", "Non reproductible", "Not reproducible"),
    ("out-of-scope", "Hors périmètre", "Out of scope"),
)

ACTIVITIES = (
    ("diagnosis", "Diagnostic", "Diagnosis"),
    ("repair", "Intervention", "Repair"),
    ("support", "Assistance à l’utilisateur", "User support"),
    ("development", "Développement et configuration", "Development and configuration"),
    ("testing", "Tests et recette", "Testing and acceptance"),
    ("meeting", "Réunion", "Meeting"),
    ("documentation", "Documentation", "Documentation"),
    ("travel", "Déplacement", "Travel"),
)


def install() -> None:
    """Install activities, pending reasons, resolution codes, the priority matrix and the delays where there are none at all."""
    if not PendingReason.objects.exists():
        PendingReason.objects.bulk_create(
            PendingReason(
                slug=slug,
                name_fr=fr,
                name_en=en,
                waits_for=who,
                pauses_clock=pauses,
                needs_date=date,
                position=place,
            )
            for place, (slug, fr, en, who, pauses, date) in enumerate(PENDING_REASONS)
        )
    if not ResolutionCode.objects.exists():
        ResolutionCode.objects.bulk_create(
            ResolutionCode(slug=slug, name_fr=fr, name_en=en, position=place)
            for place, (slug, fr, en) in enumerate(RESOLUTION_CODES)
        )
    if not Activity.objects.exists():
        Activity.objects.bulk_create(
            Activity(slug=slug, name_fr=fr, name_en=en, position=place)
            for place, (slug, fr, en) in enumerate(ACTIVITIES)
        )
    if not PriorityCell.objects.exists():
        PriorityCell.objects.bulk_create(
            PriorityCell(urgency=urgency, impact=impact, priority=DEFAULT_MATRIX[urgency - 1][impact - 1])
            for urgency in Scale.values
            for impact in Scale.values
        )
    Policy.objects.get_or_create(entity=None)
