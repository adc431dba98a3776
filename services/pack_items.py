"""The types of items usual in a French IT department: code, name in both languages, icon; and their attributes."""

from typing import Any

from services.choices import AttributeType

ITEM_TYPES: list[tuple[str, str, str, str]] = [
    ("poste-fixe", "Poste fixe", "Desktop computer", "device-desktop"),
    ("portable", "Portable", "Laptop", "device-laptop"),
    ("ecran", "Écran", "Screen", "device-desktop"),
    ("imprimante", "Imprimante", "Printer", "printer"),
    ("serveur", "Serveur", "Server", "server"),
    ("machine-virtuelle", "Machine virtuelle", "Virtual machine", "stack-2"),
    ("commutateur", "Commutateur", "Switch", "network"),
    ("borne-wifi", "Borne wifi", "Wi-Fi access point", "wifi"),
    ("pare-feu", "Pare-feu", "Firewall", "shield-lock"),
    ("telephone", "Téléphone", "Telephone", "phone"),
    ("licence", "Licence", "Licence", "key"),
    ("application", "Application", "Application", "code"),
    ("base-de-donnees", "Base de données", "Database", "database"),
]


def _attribute(
    slug: str, french: str, english: str, kind: str = AttributeType.TEXT, **more: Any
) -> dict[str, Any]:
    return {"slug": slug, "label_fr": french, "label_en": english, "attribute_type": str(kind), **more}


_BRAND = _attribute("brand", "Marque", "Brand")
_MODEL = _attribute("model", "Modèle", "Model")
_SYSTEM = _attribute("system", "Système d’exploitation", "Operating system")
_PROCESSOR = _attribute("processor", "Processeur", "Processor")
_MEMORY = _attribute("memory", "Mémoire", "Memory", AttributeType.NUMBER, unit="Go")
_DISK = _attribute("disk", "Disque", "Disk", AttributeType.NUMBER, unit="Go")
_NAME = _attribute("hostname", "Nom sur le réseau", "Host name")
_IP = _attribute("ip", "Adresse IP", "IP address", AttributeType.IP)
_MAC = _attribute("mac", "Adresse MAC", "MAC address")
_PORTS = _attribute("ports", "Nombre de ports", "Number of ports", AttributeType.NUMBER)
_FIRMWARE = _attribute("firmware", "Version du micrologiciel", "Firmware version")
_VERSION = _attribute("version", "Version", "Version")
_ROLE = _attribute(
    "environment", "Environnement", "Environment", AttributeType.CHOICE,
    options=["Production", "Préproduction", "Test", "Développement"],
)  # fmt: skip
_COMPUTER = [_BRAND, _MODEL, _NAME, _SYSTEM, _PROCESSOR, _MEMORY, _DISK, _MAC]

ATTRIBUTES: dict[str, list[dict[str, Any]]] = {
    "poste-fixe": _COMPUTER,
    "portable": [
        *_COMPUTER,
        _attribute("encrypted", "Disque chiffré", "Disk encrypted", AttributeType.BOOLEAN),
    ],
    "ecran": [
        _BRAND,
        _MODEL,
        _attribute("diagonal", "Diagonale", "Diagonal", AttributeType.NUMBER, unit="pouces"),
    ],
    "imprimante": [
        _BRAND,
        _MODEL,
        _IP,
        _attribute("colour", "Couleur", "Colour", AttributeType.BOOLEAN),
        _attribute(
            "format",
            "Format",
            "Paper size",
            AttributeType.CHOICE,
            options=["A4", "A3", "Étiquettes", "Grand format"],
        ),
    ],
    "serveur": [_BRAND, _MODEL, _NAME, _IP, _SYSTEM, _PROCESSOR, _MEMORY, _DISK, _ROLE],
    "machine-virtuelle": [
        _NAME,
        _IP,
        _SYSTEM,
        _attribute("cores", "Cœurs", "Cores", AttributeType.NUMBER),
        _MEMORY,
        _DISK,
        _ROLE,
    ],
    "commutateur": [_BRAND, _MODEL, _NAME, _IP, _PORTS, _FIRMWARE],
    "borne-wifi": [_BRAND, _MODEL, _NAME, _IP, _MAC, _FIRMWARE],
    "pare-feu": [_BRAND, _MODEL, _NAME, _IP, _FIRMWARE],
    "telephone": [
        _BRAND,
        _MODEL,
        _attribute("number", "Numéro", "Number"),
        _attribute("imei", "IMEI", "IMEI"),
        _attribute("plan", "Forfait", "Plan"),
    ],
    "licence": [
        _attribute("product", "Produit", "Product"),
        _attribute("seats", "Nombre de postes", "Seats", AttributeType.NUMBER),
        _attribute("expires_on", "Fin de validité", "Expires on", AttributeType.DATE),
        _attribute(
            "licence_kind",
            "Nature",
            "Kind",
            AttributeType.CHOICE,
            options=["Perpétuelle", "Abonnement", "Libre"],
        ),
    ],
    "application": [
        _attribute("publisher", "Éditeur", "Publisher"),
        _VERSION,
        _attribute("address", "Adresse", "Address", AttributeType.URL),
        _attribute("personal_data", "Données personnelles", "Personal data", AttributeType.BOOLEAN),
        _ROLE,
    ],
    "base-de-donnees": [
        _attribute("engine", "Moteur", "Engine"),
        _VERSION,
        _attribute("size", "Volume", "Volume", AttributeType.NUMBER, unit="Go"),
        _ROLE,
    ],
}
