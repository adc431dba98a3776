"""What stands in the machine room, on the sites and on the desks of the demo."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from itsm.demo.organisation import Cast
from services.actions import Edge, create_items, relate_many, save_place, save_supplier
from services.models import Item, ItemType, Place, Supplier, Thing

_SEED = 20_261_123
_SITES = (
    "VILLE-HDV", "VILLE-CTM", "VILLE-MED", "VILLE-ECO", "VILLE-PM", "AGGLO-SIE", "AGGLO-EAU", "AGGLO-MOB", "AGGLO-CON",
    "CCAS-SIE", "CCAS-TIL", "CCAS-CRE",
)  # fmt: skip
_ROOMS = ("Rez-de-chaussée", "1er étage", "Local technique")
# Services that are an application on a machine of its own, and those that keep their data in a database.
_APPLICATIONS = (
    "messagerie", "fichiers", "comptes", "double-authentification", "finances", "paie", "temps", "courrier",
    "deliberations", "etat-civil", "elections", "cimetieres", "portail-familles", "mediatheque", "videoprotection",
    "droit-des-sols", "sig", "eau", "telegestion", "conservatoire", "action-sociale", "residence", "petite-enfance",
    "impression", "sauvegardes", "securite-postes",
)  # fmt: skip
_WITH_DATABASE = (
    "finances", "paie", "etat-civil", "portail-familles", "mediatheque", "sig", "eau", "action-sociale",
    "droit-des-sols", "deliberations",
)  # fmt: skip
# What a service needs of others.
_NEEDS = {
    "agenda": ("messagerie",),
    "visio": ("internet",),
    "collaboratif": ("internet", "comptes"),
    "messagerie": ("comptes", "internet"),
    "fichiers": ("comptes", "reseau-local"),
    "impression": ("comptes", "reseau-local"),
    "wifi": ("reseau-local", "comptes"),
    "internet": ("reseau-local",),
    "acces-distant": ("internet", "double-authentification"),
    "double-authentification": ("comptes",),
    "telephonie-fixe": ("reseau-local",),
    "finances": ("comptes",),
    "paie": ("comptes",),
    "parapheur": ("internet", "comptes"),
    "deliberations": ("parapheur",),
    "etat-civil": ("reseau-local", "comptes"),
    "portail-familles": ("internet",),
    "verbalisation": ("telephonie-mobile",),
    "videoprotection": ("reseau-local",),
    "droit-des-sols": ("sig",),
    "telegestion": ("reseau-local", "telephonie-mobile"),
    "voyageurs": ("internet",),
    "sites-web": ("internet",),
    "comptes": ("serveurs",),
    "sauvegardes": ("serveurs",),
}
_SUPPLIERS = (
    ("Reprodoc", "reprodoc", "04 99 00 10 10", "REP-2025-014"),
    ("Telvaria", "telvaria", "04 99 00 20 20", "TEL-2024-003"),
    ("Civiléo Logiciels", "civileo", "04 99 00 30 30", "CIV-2023-118"),
    ("Hébergys", "hebergys", "04 99 00 40 40", "HEB-2025-007"),
)
_LAPTOPS = (("Dell", "Latitude 5550"), ("HP", "EliteBook 840 G11"), ("Lenovo", "ThinkPad T14"))
_PRINTERS = (("Ricoh", "IM C3010"), ("Canon", "iR-ADV C3926"), ("Brother", "HL-L6410DN"))
_LICENCES = (
    ("Suite bureautique", 420, "Abonnement"), ("Antivirus des postes", 460, "Abonnement"),
    ("Compta+", 25, "Perpétuelle"), ("Agirh", 12, "Perpétuelle"), ("Cartographie", 8, "Abonnement"),
    ("Dessin assisté", 6, "Abonnement"), ("Sauvegarde", 40, "Abonnement"),
)  # fmt: skip


class Park:
    """Collects items and relations, then writes them in two sets."""

    def __init__(self, cast: Cast, today: date) -> None:
        self.cast, self.today, self.random = cast, today, Random(_SEED)  # noqa: S311 - a demo, the same each time
        self.types = {row.slug: row for row in ItemType.objects.all()}
        self.suppliers: dict[str, Supplier] = {}
        self.places: dict[tuple[str, str], Place] = {}
        self.rows: list[dict[str, Any]] = []
        self.edges: list[tuple[str, str, str]] = []
        self.items: dict[str, Item] = {}

    def add(self, code: str, kind: str, name: str, *, site: str, room: str = "", **values: Any) -> str:
        """Note an item of a site; returns its code."""
        values.setdefault("entity", self.cast.entities[site])
        place = self.places.get((site, room or _ROOMS[0]))
        self.rows.append(
            {"code": code, "item_type": self.types[kind], "name": name, "place": place, **values}
        )
        return code

    def relate(self, source: str, kind: str, target: str) -> None:
        """Note a relation between codes of items or services."""
        self.edges.append((source, kind, target))

    def bought(self, years: int = 5) -> dict[str, Any]:
        """A day of purchase and the end of the warranty after it."""
        day = self.today - timedelta(days=self.random.randint(60, 365 * years))
        return {"acquired_on": day, "warranty_until": day + timedelta(days=3 * 365)}

    def write(self, at: datetime) -> None:
        """Write what was noted."""
        made = create_items(self.rows, by=None, at=at, on=(at - timedelta(days=30)).date())
        self.items = {item.code: item for item in made}
        edges = [Edge(self._thing(source), self._thing(target), kind) for source, kind, target in self.edges]
        relate_many(edges, by=None, at=at)

    def _thing(self, code: str) -> Thing:
        return self.items[code] if code in self.items else self.cast.services[code]


def add_places(park: Park) -> None:
    """The sites, each with its rooms, and the machine room."""
    entities = park.cast.entities
    for site in (*_SITES, "DNUM"):
        name = "Salle serveurs" if site == "DNUM" else entities[site].name
        building = save_place(Place(), {"name": name, "entity": entities[site]}, by=None)
        for room in _ROOMS if site != "DNUM" else ("Baie A", "Baie B", "Atelier"):
            values = {"name": room, "entity": entities[site], "parent": building}
            park.places[(site, room)] = save_place(Place(), values, by=None)


def add_suppliers(park: Park) -> None:
    """The companies that sell and maintain."""
    for name, key, phone, contract in _SUPPLIERS:
        values = {"name": name, "phone": phone, "contract_ref": contract, "email": f"support@{key}.example"}
        park.suppliers[key] = save_supplier(Supplier(), values, by=None)


def add_network(park: Park) -> None:
    """A firewall and two core switches, a switch and two wireless points on each site."""
    network = park.cast.services["reseau-local"]
    values = {"supplier": park.suppliers["telvaria"], "service": network}
    park.add(
        "FW-01",
        "pare-feu",
        "Pare-feu principal",
        site="DNUM",
        room="Baie A",
        **values,
        **park.bought(),
        attributes={"brand": "Stormshield", "model": "SN1100", "ip": "10.0.0.1"},
    )
    for number in (1, 2):
        core = park.add(
            f"SW-CORE-{number}",
            "commutateur",
            f"Cœur de réseau {number}",
            site="DNUM",
            room=f"Baie {'AB'[number - 1]}",
            **values,
            **park.bought(),
            attributes={"brand": "Aruba", "ports": 48, "ip": f"10.0.0.{number + 1}"},
        )
        park.relate("reseau-local", "depends_on", core)
    park.relate("SW-CORE-1", "connected_to", "FW-01")
    park.relate("internet", "depends_on", "FW-01")
    park.relate("acces-distant", "depends_on", "FW-01")
    for place, site in enumerate(_SITES, 1):
        switch = park.add(
            f"SW-{site}",
            "commutateur",
            f"Commutateur {park.cast.entities[site].name}",
            site=site,
            room=_ROOMS[2],
            **values,
            **park.bought(),
            attributes={"brand": "Aruba", "ports": 24, "ip": f"10.{place}.0.2"},
        )
        park.relate(switch, "connected_to", "SW-CORE-1")
        for number in (1, 2):
            point = park.add(
                f"AP-{site}-{number}",
                "borne-wifi",
                f"Borne wifi {number}",
                site=site,
                room=_ROOMS[number - 1],
                service=park.cast.services["wifi"],
                **park.bought(),
                attributes={"brand": "Aruba", "model": "AP-515"},
            )
            park.relate(point, "connected_to", switch)


def add_servers(park: Park) -> None:
    """Hypervisors, a storage bay, a backup server."""
    values = {"supplier": park.suppliers["hebergys"], "service": park.cast.services["serveurs"]}
    for number in range(1, 5):
        server = park.add(
            f"HV-{number:02}",
            "serveur",
            f"Hyperviseur {number}",
            site="DNUM",
            room="Baie A" if number < 3 else "Baie B",
            **values,
            **park.bought(),
            serial=f"CZ{number}4870{number}KL",
            attributes={
                "brand": "HPE",
                "model": "DL380",
                "memory": 512,
                "system": "Proxmox VE",
                "environment": "Production",
            },
        )
        park.relate(server, "connected_to", "SW-CORE-1")
        park.relate("serveurs", "depends_on", server)
    for code, name in (("STO-01", "Baie de stockage"), ("BK-01", "Serveur de sauvegarde")):
        park.add(
            code,
            "serveur",
            name,
            site="DNUM",
            room="Baie B",
            **values,
            **park.bought(),
            attributes={"brand": "Dell", "disk": 96_000},
        )
        park.relate(code, "connected_to", "SW-CORE-2")
    park.relate("serveurs", "depends_on", "STO-01")
    park.relate("sauvegardes", "depends_on", "BK-01")
    park.relate("BK-01", "backs_up", "STO-01")


def add_applications(park: Park) -> None:
    """Each application on a machine of its own, some with a database on one of two shared machines."""
    for number in (1, 2):
        park.add(
            f"VM-SGBD-{number}",
            "machine-virtuelle",
            f"Bases de données {number}",
            site="DNUM",
            room="Baie A",
            attributes={"memory": 64, "cores": 16, "system": "Debian 12", "ip": f"10.0.10.{number}"},
        )
        park.relate(f"VM-SGBD-{number}", "runs_on", f"HV-{number:02}")
    for place, key in enumerate(_APPLICATIONS, 3):
        service, short = park.cast.services[key], key.upper()[:16]
        values = {"service": service, "owner": service.owner}
        machine = park.add(
            f"VM-{short}",
            "machine-virtuelle",
            f"Machine {service.name}",
            site="DNUM",
            room="Baie A",
            **values,
            attributes={
                "memory": park.random.choice((8, 16, 32)),
                "system": "Debian 12",
                "ip": f"10.0.10.{place}",
            },
        )
        park.relate(machine, "runs_on", f"HV-{place % 4 + 1:02}")
        park.relate(machine, "depends_on", "STO-01")
        application = park.add(
            f"APP-{short}",
            "application",
            service.name,
            site="DNUM",
            room="Baie A",
            **values,
            attributes={
                "version": f"{park.random.randint(3, 12)}.{park.random.randint(0, 9)}",
                "environment": "Production",
            },
        )
        park.relate(application, "runs_on", machine)
        park.relate(key, "depends_on", application)
        if key in _WITH_DATABASE:
            base = park.add(
                f"BDD-{short}",
                "base-de-donnees",
                f"Base {service.name}",
                site="DNUM",
                room="Baie A",
                **values,
                attributes={"engine": "PostgreSQL", "version": "17", "size": park.random.randint(5, 400)},
            )
            park.relate(application, "depends_on", base)
            park.relate(base, "runs_on", f"VM-SGBD-{place % 2 + 1}")


def add_services(park: Park) -> None:
    """What services need of each other."""
    for key, needed in _NEEDS.items():
        for other in needed:
            park.relate(key, "depends_on", other)


def add_desks(park: Park) -> None:
    """A computer and a telephone for each person, a second screen for some."""
    number = 0
    for key, person in sorted(park.cast.people.items()):
        site = park.cast.entities[person.entity.code].code
        if site.startswith("PREST"):
            continue
        number += 1
        helps = (
            park.cast.services[f"postes-{site.partition('-')[0].lower()}"]
            if site.startswith(("VILLE", "AGGLO", "CCAS"))
            else park.cast.services["postes-ville"]
        )
        brand, model = _LAPTOPS[number % 3]
        values: dict[str, Any] = {"user": person, "entity": person.entity, "service": helps}
        park.add(
            f"PC-{number:04}",
            "portable" if number % 4 else "poste-fixe",
            f"{brand} {model}",
            site=site,
            **values,
            **park.bought(),
            serial=f"5CG{number:03}{len(key)}X",
            status="in_use",
            attributes={"brand": brand, "model": model, "memory": 16, "system": "Windows 11"},
        )
        if f"SW-{site}" in {row["code"] for row in park.rows}:
            park.relate(f"PC-{number:04}", "connected_to", f"SW-{site}")
        park.add(
            f"TEL-{number:04}",
            "telephone",
            f"Poste de {person}",
            site=site,
            user=person,
            entity=person.entity,
            service=park.cast.services["telephonie-fixe"],
            attributes={"brand": "Alcatel", "number": person.phone},
        )
        if number % 2:
            park.add(
                f"ECR-{number:04}",
                "ecran",
                "Écran 27 pouces",
                site=site,
                **values,
                attributes={"brand": "Iiyama", "diagonal": 27},
            )


def add_printers(park: Park) -> None:
    """Two copiers on each site."""
    for place, site in enumerate(_SITES):
        for number, room in enumerate(_ROOMS[:2], 1):
            brand, model = _PRINTERS[(place + number) % 3]
            printer = park.add(
                f"IMP-{site}-{number}",
                "imprimante",
                f"Copieur {room}",
                site=site,
                room=room,
                service=park.cast.services["impression"],
                supplier=park.suppliers["reprodoc"],
                contract_ref="REP-2025-014",
                **park.bought(4),
                attributes={"brand": brand, "model": model, "colour": True, "format": "A3"},
            )
            park.relate(printer, "connected_to", f"SW-{site}")
            park.relate(printer, "uses", "APP-IMPRESSION")


def add_licences(park: Park) -> None:
    """Licences with their seats and the end of their term."""
    for number, (name, seats, nature) in enumerate(_LICENCES, 1):
        day = park.today + timedelta(days=park.random.randint(-20, 600))
        park.add(
            f"LIC-{number:03}",
            "licence",
            name,
            site="DNUM",
            room="Atelier",
            attributes={"product": name, "seats": seats, "licence_kind": nature, "expires_on": day},
        )
