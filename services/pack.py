"""The categories that a French IT department expects: name, name in English, and what is below."""

from core.choices import Kind

CATEGORIES: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "Poste de travail",
        "Workstation",
        [
            ("Ordinateur", "Computer"),
            ("Écran et périphériques", "Screen and peripherals"),
            ("Système", "System"),
        ],
    ),
    ("Impression", "Printing", [("Imprimante", "Printer"), ("Numérisation", "Scanning")]),
    (
        "Messagerie et collaboration",
        "Mail and collaboration",
        [
            ("Messagerie", "Mail"),
            ("Agenda", "Calendar"),
            ("Visioconférence", "Video meetings"),
            ("Partage de fichiers", "File sharing"),
        ],
    ),
    (
        "Comptes et accès",
        "Accounts and access",
        [
            ("Arrivée", "Arrival"),
            ("Départ", "Departure"),
            ("Mot de passe", "Password"),
            ("Double authentification", "Two-factor sign-in"),
            ("Droits", "Rights"),
        ],
    ),
    (
        "Réseau",
        "Network",
        [("Wifi", "Wi-Fi"), ("Filaire", "Wired"), ("VPN", "VPN"), ("Internet", "Internet access")],
    ),
    ("Téléphonie", "Telephony", [("Poste fixe", "Desk phone"), ("Mobile", "Mobile phone")]),
    ("Applications métier", "Business applications", []),
    ("Serveurs", "Servers", []),
    ("Sauvegardes", "Backups", []),
    ("Supervision", "Monitoring", []),
    (
        "Sécurité",
        "Security",
        [("Hameçonnage", "Phishing"), ("Rançongiciel", "Ransomware"), ("Fuite de données", "Data leak")],
    ),
    (
        "Demandes de matériel et de logiciels",
        "Hardware and software requests",
        [("Matériel", "Hardware"), ("Logiciel", "Software"), ("Prêt", "Loan"), ("Déménagement", "Move")],
    ),
]

# Those that are asked for and do not break.
ONLY_REQUESTS = {
    "Arrivée",
    "Départ",
    "Demandes de matériel et de logiciels",
    "Matériel",
    "Logiciel",
    "Prêt",
    "Déménagement",
}
REQUESTS = [Kind.REQUEST]
