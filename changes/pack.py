"""The standard changes that a new installation starts with; what was edited or removed stays as it is."""

from changes.models import TEMPLATE_TEXTS, ChangePolicy, ChangeTemplate
from core.choices import Scale

# code, names, risk, outage in minutes, then each text in French and in English
TEMPLATES = (
    (
        "server-patching",
        ("Mise à jour mensuelle d’un serveur", "Monthly update of a server"),
        Scale.LOW,
        15,
        {
            "justification": (
                "Corriger les failles publiées dans le mois. Sans ces correctifs, le serveur reste exposé.",
                "Close the vulnerabilities published during the month. Without them the server stays exposed.",
            ),
            "effects": (
                "Le service est arrêté pendant le redémarrage, dix minutes environ, en dehors des heures ouvrées.",
                "The service is down during the restart, about ten minutes, outside opening hours.",
            ),
            "risk_note": (
                "Un correctif peut empêcher le démarrage d’un service. Il a été éprouvé sur le serveur de recette.",
                "An update may keep a service from starting. It was tried on the test server first.",
            ),
            "plan": (
                "1. Vérifier la sauvegarde de la nuit.\n"
                "2. Prendre un instantané.\n3. Installer les correctifs.\n"
                "4. Redémarrer.",
                "1. Check last night’s backup.\n2. Take a snapshot.\n3. Install the updates.\n4. Restart.",
            ),
            "test_plan": (
                "Ouvrir l’application, s’y connecter, contrôler la supervision pendant quinze minutes.",
                "Open the application, sign in, watch the monitoring for fifteen minutes.",
            ),
            "backout_plan": (
                "Revenir à l’instantané, possible jusqu’au lendemain 7 h.",
                "Go back to the snapshot, possible until 7:00 the next morning.",
            ),
        },
    ),
    (
        "certificate-renewal",
        ("Renouvellement d’un certificat", "Renewal of a certificate"),
        Scale.LOW,
        5,
        {
            "justification": (
                "Le certificat expire bientôt ; passé cette date, les navigateurs refusent l’accès.",
                "The certificate is about to expire; after that date browsers refuse access.",
            ),
            "effects": (
                "Coupure de quelques secondes au rechargement du serveur web.",
                "A few seconds of interruption while the web server reloads.",
            ),
            "risk_note": (
                "Chaîne de certification incomplète : certains postes refuseraient le site.",
                "An incomplete chain: some workstations would refuse the site.",
            ),
            "plan": (
                "1. Générer la demande.\n2. Faire signer.\n"
                "3. Déposer certificat et chaîne.\n4. Recharger le serveur web.",
                "1. Make the request.\n2. Have it signed.\n"
                "3. Install certificate and chain.\n4. Reload the web server.",
            ),
            "test_plan": (
                "Contrôler la date et la chaîne depuis un poste interne et depuis l’extérieur.",
                "Check date and chain from an internal workstation and from outside.",
            ),
            "backout_plan": (
                "Remettre l’ancien certificat, valable jusqu’à son échéance.",
                "Put the former certificate back; it is valid until it expires.",
            ),
        },
    ),
    (
        "firewall-rule",
        ("Ouverture d’un flux réseau déjà qualifié", "Opening of a known network flow"),
        Scale.MEDIUM,
        None,
        {
            "justification": (
                "Une application a besoin d’un flux décrit dans la matrice des flux et validé par la sécurité.",
                "An application needs a flow that the flow matrix describes and security has accepted.",
            ),
            "effects": (
                "Aucune coupure. Le flux est ouvert entre les seules adresses demandées.",
                "No interruption. The flow is opened between the requested addresses only.",
            ),
            "risk_note": (
                "Une règle trop large exposerait un serveur ; elle est relue par un second administrateur.",
                "A rule too wide would expose a server; a second administrator reads it.",
            ),
            "plan": (
                "1. Écrire la règle.\n2. La faire relire.\n"
                "3. L’appliquer.\n4. Mettre à jour la matrice des flux.",
                "1. Write the rule.\n2. Have it read.\n3. Apply it.\n4. Update the flow matrix.",
            ),
            "test_plan": (
                "Essayer le flux depuis la source, puis depuis une autre adresse, qui doit être refusée.",
                "Try the flow from its source, then from another address, which must be refused.",
            ),
            "backout_plan": ("Désactiver la règle.", "Disable the rule."),
        },
    ),
    (
        "disk-extension",
        ("Extension d’un volume disque", "Extension of a disk volume"),
        Scale.LOW,
        None,
        {
            "justification": (
                "Le volume dépasse 85 % d’occupation ; plein, il arrêterait l’application.",
                "The volume is more than 85% full; once full it would stop the application.",
            ),
            "effects": (
                "Aucune coupure : l’extension se fait à chaud.",
                "No interruption: it is extended while in use.",
            ),
            "risk_note": (
                "Erreur de volume : le nom est vérifié à deux.",
                "The wrong volume: two people check the name.",
            ),
            "plan": (
                "1. Vérifier la sauvegarde.\n2. Agrandir le disque virtuel.\n"
                "3. Étendre la partition et le système de fichiers.",
                "1. Check the backup.\n2. Enlarge the virtual disk.\n3. Extend partition and file system.",
            ),
            "test_plan": (
                "Contrôler l’espace libre et la supervision.",
                "Check the free space and the monitoring.",
            ),
            "backout_plan": (
                "Un volume ne se réduit pas à chaud : restaurer la sauvegarde sur un volume de la taille d’origine.",
                "A volume does not shrink while in use: restore the backup to a volume of the former size.",
            ),
        },
    ),
)


def install() -> None:
    """Install the templates where there are none at all, and the rule that holds everywhere."""
    if not ChangeTemplate.objects.exists():
        ChangeTemplate.objects.bulk_create(
            ChangeTemplate(
                slug=slug,
                name_fr=names[0],
                name_en=names[1],
                risk_level=risk,
                outage_expected=outage,
                position=place,
                **{f"{name}_fr": texts[name][0] for name in TEMPLATE_TEXTS},
                **{f"{name}_en": texts[name][1] for name in TEMPLATE_TEXTS},
            )
            for place, (slug, names, risk, outage, texts) in enumerate(TEMPLATES)
        )
    ChangePolicy.objects.get_or_create(entity=None)
