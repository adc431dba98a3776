"""The words of tickets that a new installation starts with; what was edited or removed stays as it is."""

from core.choices import Scale
from tickets.choices import WaitsFor
from tickets.models import Activity, ChecklistTemplate, PendingReason, Policy, PriorityCell, ResolutionCode
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

# code, French, English, points in French, points in English; “!” before what must be done
CHECKLISTS = (
    (
        "workstation", "Préparation d’un poste", "Preparing a computer",
        "!Système installé et à jour\n!Chiffrement du disque activé\n!Antivirus actif et à jour\nLogiciels du métier installés\n"
        "Imprimantes ajoutées\n!Numéro d’inventaire collé et saisi\nEssai de connexion avec la personne",
        "!System installed and up to date\n!Disk encrypted\n!Antivirus active and up to date\nBusiness software installed\n"
        "Printers added\n!Asset label on and recorded\nSign-in tried with the person",
    ),
    (
        "departure", "Départ d’un collaborateur", "A colleague leaves",
        "!Comptes désactivés\n!Accès distants et VPN coupés\n!Droits sur les applications retirés\nMessagerie transférée ou archivée\n"
        "!Matériel rendu et vérifié\nBadge rendu\nLicences libérées",
        "!Accounts disabled\n!Remote access and VPN cut\n!Application rights withdrawn\nMailbox forwarded or archived\n"
        "!Equipment returned and checked\nBadge returned\nLicences freed",
    ),
    (
        "backups", "Contrôle mensuel des sauvegardes", "Monthly check of the backups",
        "!Journal des sauvegardes sans erreur\n!Essai de restauration d’un fichier\nEssai de restauration d’une base\n"
        "Copie hors site vérifiée\nEspace restant noté",
        "!Backup log without errors\n!One file restored as a trial\nOne database restored as a trial\nOff-site copy checked\n"
        "Space left noted",
    ),
    (
        "security", "Incident de sécurité, premiers gestes", "Security incident, first steps",
        "!Poste isolé du réseau, laissé allumé\n!RSSI et DPO prévenus\n!Comptes touchés bloqués\nPreuves et journaux mis de côté\n"
        "Heure et circonstances notées\nCommunication aux utilisateurs décidée",
        "!Computer cut off from the network, left on\n!Security officer and data protection officer told\n!Accounts concerned blocked\n"
        "Evidence and logs set aside\nTime and circumstances noted\nWord to the users decided",
    ),
)  # fmt: skip


def install() -> None:
    """Install each set of words where there is none of its kind at all, and the delays that hold everywhere."""
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
    if not ChecklistTemplate.objects.exists():
        ChecklistTemplate.objects.bulk_create(
            ChecklistTemplate(
                slug=slug, name_fr=fr, name_en=en, points_fr=points_fr, points_en=points_en, position=place
            )
            for place, (slug, fr, en, points_fr, points_en) in enumerate(CHECKLISTS)
        )
    if not PriorityCell.objects.exists():
        PriorityCell.objects.bulk_create(
            PriorityCell(urgency=urgency, impact=impact, priority=DEFAULT_MATRIX[urgency - 1][impact - 1])
            for urgency in Scale.values
            for impact in Scale.values
        )
    Policy.objects.get_or_create(entity=None)
