"""The catalogue that a new installation starts with; what was edited or put out of use stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from assistance.actions import RequestedField, Step, create_type
from assistance.models import RequestType
from core.choices import Kind
from services.models import Category
from tickets.actions.fields import save_field
from tickets.models import CustomField
from tickets.models.fields import FieldType

Words = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """A field of the pack: its type, its name, help and choices, each in French and in English."""

    field_type: str
    label: Words
    help: Words = ("", "")
    options: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Form:
    """A form of the pack. A field whose code ends in `*` is required."""

    slug: str
    name: Words
    sentence: Words
    icon: str
    category: str
    delay: Words
    fields: tuple[str, ...]
    checklist: Words
    manager: bool = True


_EQUIPMENT = (
    ("laptop", "Ordinateur portable", "Laptop"),
    ("desktop", "Ordinateur fixe", "Desktop computer"),
    ("screen", "Écran", "Screen"),
    ("phone", "Téléphone mobile", "Mobile phone"),
    ("headset", "Casque", "Headset"),
    ("dock", "Station d’accueil", "Docking station"),
)
FIELDS: dict[str, Asked] = {
    "ask_person": Asked(FieldType.TEXT, ("Nom de la personne", "Name of the person")),
    "ask_job": Asked(FieldType.TEXT, ("Fonction", "Job title")),
    "ask_from": Asked(FieldType.DATE, ("À partir du", "From")),
    "ask_until": Asked(FieldType.DATE, ("Jusqu’au", "Until")),
    "ask_place": Asked(FieldType.TEXT, ("Site et bureau", "Site and office")),
    "ask_equipment": Asked(
        FieldType.CHOICES, ("Matériel nécessaire", "Equipment needed"), options=_EQUIPMENT
    ),
    "ask_applications": Asked(
        FieldType.LONG,
        ("Applications et dossiers partagés", "Applications and shared folders"),
        ("Une ligne pour chacun.", "One line each."),
    ),
    "ask_like": Asked(
        FieldType.TEXT,
        ("Mêmes droits que", "Same rights as"),
        (
            "Le nom d’un collègue dont les droits servent de modèle.",
            "A colleague whose rights are the model.",
        ),
    ),
    "ask_returns": Asked(
        FieldType.LONG,
        ("Matériel à reprendre", "Equipment to take back"),
        ("Ce que la personne doit rendre, et à qui.", "What the person has to hand in, and to whom."),
    ),
    "ask_mailbox": Asked(
        FieldType.CHOICE,
        ("Que devient la boîte aux lettres ?", "What becomes of the mailbox?"),
        options=(
            ("close", "La fermer", "Close it"),
            ("forward", "Faire suivre à un collègue", "Forward it to a colleague"),
            ("keep", "La garder trois mois", "Keep it for three months"),
        ),
    ),
    "ask_item": Asked(FieldType.CHOICE, ("Type de matériel", "Kind of equipment"), options=_EQUIPMENT),
    "ask_quantity": Asked(FieldType.INTEGER, ("Quantité", "Quantity")),
    "ask_purpose": Asked(
        FieldType.LONG,
        ("À quoi cela servira-t-il ?", "What will it be used for?"),
        ("Votre responsable lit ces lignes pour décider.", "Your manager reads this to decide."),
    ),
    "ask_budget": Asked(
        FieldType.TEXT,
        ("Imputation budgétaire", "Budget code"),
        ("Si vous la connaissez.", "If you know it."),
    ),
    "ask_software": Asked(FieldType.TEXT, ("Nom du logiciel", "Name of the software")),
    "ask_device": Asked(
        FieldType.TEXT,
        ("Poste concerné", "Which computer"),
        ("Le nom inscrit sur l’étiquette.", "The name on its label."),
    ),
    "ask_resource": Asked(FieldType.TEXT, ("Application ou dossier", "Application or folder")),
    "ask_access": Asked(
        FieldType.CHOICE,
        ("Niveau d’accès", "Level of access"),
        options=(
            ("read", "Consulter", "Read"),
            ("write", "Modifier", "Change"),
            ("manage", "Administrer", "Administer"),
        ),
    ),
    "ask_destination": Asked(FieldType.TEXT, ("Nouveau bureau", "New office")),
    "ask_posts": Asked(FieldType.INTEGER, ("Nombre de postes", "Number of workstations")),
}
FORMS = (
    Form(
        "arrival",
        ("Arrivée d’une personne", "Someone arrives"),
        (
            "Compte, messagerie, matériel et droits pour une personne qui rejoint votre équipe.",
            "Account, mail, equipment and rights for someone who joins your team.",
        ),
        "user-plus",
        "Arrivée",
        ("5 jours ouvrés avant l’arrivée", "5 working days before the arrival"),
        ("ask_person*", "ask_job", "ask_from*", "ask_until", "ask_place*", "ask_equipment", "ask_applications",
         "ask_like"),
        (
            "Créer le compte et la boîte aux lettres\nPréparer le matériel\nOuvrir les droits demandés\n"
            "!Remettre le matériel et faire signer la charte",
            "Create the account and the mailbox\nPrepare the equipment\nOpen the rights asked for\n"
            "!Hand over the equipment and have the charter signed",
        ),
    ),
    Form(
        "departure",
        ("Départ d’une personne", "Someone leaves"),
        (
            "Fermer les accès et reprendre le matériel d’une personne qui s’en va.",
            "Close the accesses and take back the equipment of someone who leaves.",
        ),
        "user-minus",
        "Départ",
        ("Le jour du départ", "On the day of the departure"),
        ("ask_person*", "ask_until*", "ask_returns", "ask_mailbox*"),
        (
            "!Désactiver le compte le soir du départ\nReprendre le matériel\nTraiter la boîte aux lettres\n"
            "Libérer les licences",
            "!Disable the account on the evening of the departure\nTake back the equipment\n"
            "See to the mailbox\nFree the licences",
        ),
        manager=False,
    ),
    Form(
        "hardware",
        ("Matériel", "Hardware"),
        ("Un ordinateur, un écran, un téléphone ou un accessoire.", "A computer, a screen, a phone, an accessory."),
        "device-laptop",
        "Matériel",
        ("10 jours ouvrés", "10 working days"),
        ("ask_item*", "ask_quantity*", "ask_purpose*", "ask_budget", "ask_place"),
        (
            "Vérifier le stock\nCommander si nécessaire\nInstaller et étiqueter\nMettre l’inventaire à jour",
            "Check the stock\nOrder if needed\nInstall and label\nUpdate the inventory",
        ),
    ),
    Form(
        "software",
        ("Logiciel", "Software"),
        ("Installer un logiciel ou obtenir une licence.", "Have software installed, or get a licence."),
        "apps",
        "Logiciel",
        ("5 jours ouvrés", "5 working days"),
        ("ask_software*", "ask_device", "ask_purpose*", "ask_budget"),
        (
            "Vérifier la licence et la sécurité\nInstaller\nFaire essayer par le demandeur",
            "Check the licence and the security\nInstall\nHave the requester try it",
        ),
    ),
    Form(
        "rights",
        ("Droits d’accès", "Access rights"),
        ("Accéder à une application, un dossier ou une boîte partagée.", "An application, a folder, a shared mailbox."),
        "key",
        "Droits",
        ("2 jours ouvrés", "2 working days"),
        ("ask_resource*", "ask_access*", "ask_purpose*", "ask_until"),
        (
            "Ouvrir le droit le plus étroit qui suffise\nNoter la date de fin\nFaire vérifier par le demandeur",
            "Open the narrowest right that is enough\nNote the date it ends\nHave the requester check it",
        ),
    ),
    Form(
        "loan",
        ("Prêt de matériel", "Loan of equipment"),
        ("Emprunter un matériel pour quelques jours.", "Borrow equipment for a few days."),
        "calendar-time",
        "Prêt",
        ("2 jours ouvrés", "2 working days"),
        ("ask_item*", "ask_from*", "ask_until*", "ask_purpose"),
        (
            "Réserver le matériel\nRemettre contre signature\n!Vérifier le retour",
            "Reserve the equipment\nHand over against signature\n!Check the return",
        ),
        manager=False,
    ),
    Form(
        "relocation",
        ("Déménagement", "Office move"),
        ("Changer un ou plusieurs postes de bureau ou de site.",
         "Take one or several workstations to another office or site."),
        "truck",
        "Déménagement",
        ("10 jours ouvrés", "10 working days"),
        ("ask_place*", "ask_destination*", "ask_from*", "ask_posts*"),
        (
            "Vérifier les prises réseau du nouveau bureau\nDéplacer les postes\nTester réseau, téléphone, impression\n"
            "Mettre l’inventaire à jour",
            "Check the network sockets of the new office\nMove the workstations\nTest network, phone, printing\n"
            "Update the inventory",
        ),
    ),
)  # fmt: skip
_MANAGER = Step(name_fr="Accord du responsable", name_en="Agreement of the manager", asks_manager=True)


def install() -> None:
    """Install the forms with their fields and approvals where there is no form at all."""
    if RequestType.objects.exists():
        return
    fields = {slug: _field(slug, asked, place) for place, (slug, asked) in enumerate(FIELDS.items(), 1)}
    for place, form in enumerate(FORMS, 1):
        create_type(
            by=None, slug=form.slug, position=place, icon=form.icon, category=_category(form.category),
            name_fr=form.name[0], name_en=form.name[1], sentence_fr=form.sentence[0], sentence_en=form.sentence[1],
            delay_fr=form.delay[0], delay_en=form.delay[1], checklist_fr=form.checklist[0],
            checklist_en=form.checklist[1], steps=[_MANAGER] if form.manager else [],
            fields=[RequestedField(fields[name.rstrip("*")], name.endswith("*")) for name in form.fields],
        )  # fmt: skip


def _field(slug: str, asked: Asked, place: int) -> CustomField:
    """The field of this code, as it is where there is one already."""
    found = CustomField.objects.filter(slug=slug).first()
    values = {
        "slug": slug, "field_type": asked.field_type, "label_fr": asked.label[0], "label_en": asked.label[1],
        "help_fr": asked.help[0], "help_en": asked.help[1], "kinds": [Kind.REQUEST], "only_in_forms": True,
        "is_public": True, "position": 100 + place,
        "options": [{"value": value, "fr": french, "en": english} for value, french, english in asked.options],
    }  # fmt: skip
    return found or save_field(CustomField(), values, by=None)


def _category(name: str) -> Category | None:
    """The category of the pack of this French name, where it is still there and fits."""
    rows = Category.objects.filter(Q(kinds=[]) | Q(kinds__contains=[Kind.REQUEST]), name=name, is_active=True)
    return rows.first()
