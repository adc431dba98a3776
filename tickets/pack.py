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

# code, French, English, and the points in both languages; “!” before what must be done
CHECKLISTS = (
    (
        "workstation", "Préparation d’un poste", "Preparing a computer",
        (
            ("!Système installé et à jour", "!System installed and up to date"),
            ("!Chiffrement du disque activé", "!Disk encrypted"),
            ("!Antivirus actif et à jour", "!Antivirus active and up to date"),
            ("Logiciels du métier installés", "Business software installed"),
            ("Imprimantes ajoutées", "Printers added"),
            ("!Numéro d’inventaire collé et saisi", "!Asset label on and recorded"),
            ("Essai de connexion avec la personne", "Sign-in tried with the person"),
        ),
    ),
    (
        "departure", "Départ d’un collaborateur", "A colleague leaves",
        (
            ("!Comptes désactivés", "!Accounts disabled"),
            ("!Accès distants et VPN coupés", "!Remote access and VPN cut"),
            ("!Droits sur les applications retirés", "!Application rights withdrawn"),
            ("Messagerie transférée ou archivée", "Mailbox forwarded or archived"),
            ("!Matériel rendu et vérifié", "!Equipment returned and checked"),
            ("Badge rendu", "Badge returned"),
            ("Licences libérées", "Licences freed"),
        ),
    ),
    (
        "backups", "Contrôle mensuel des sauvegardes", "Monthly check of the backups",
        (
            ("!Journal des sauvegardes sans erreur", "!Backup log without errors"),
            ("!Essai de restauration d’un fichier", "!One file restored as a trial"),
            ("Essai de restauration d’une base", "One database restored as a trial"),
            ("Copie hors site vérifiée", "Off-site copy checked"),
            ("Espace restant noté", "Space left noted"),
        ),
    ),
    (
        "security", "Incident de sécurité, premiers gestes", "Security incident, first steps",
        (
            ("!Poste isolé du réseau, laissé allumé", "!Computer cut off from the network, left on"),
            ("!RSSI et DPO prévenus", "!Security officer and data protection officer told"),
            ("!Comptes touchés bloqués", "!Accounts concerned blocked"),
            ("Preuves et journaux mis de côté", "Evidence and logs set aside"),
            ("Heure et circonstances notées", "Time and circumstances noted"),
            ("Communication aux utilisateurs décidée", "Word to the users decided"),
        ),
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
                slug=slug,
                name_fr=fr,
                name_en=en,
                position=place,
                points_fr="\n".join(point for point, _english in points),
                points_en="\n".join(point for _french, point in points),
            )
            for place, (slug, fr, en, points) in enumerate(CHECKLISTS)
        )
    if not PriorityCell.objects.exists():
        PriorityCell.objects.bulk_create(
            PriorityCell(urgency=urgency, impact=impact, priority=DEFAULT_MATRIX[urgency - 1][impact - 1])
            for urgency in Scale.values
            for impact in Scale.values
        )
    Policy.objects.get_or_create(entity=None)
