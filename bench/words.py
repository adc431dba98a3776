"""Texts that look like tickets: a seeded vocabulary in which few words are common and most are rare."""

import random
from functools import cache
from itertools import accumulate

# Found in about a fifth of the tickets, and in one of twenty thousand.
COMMON = "printer"
RARE = "zephyrine"
RARE_EVERY = 20_000

_PLAIN = """
access account adapter address agenda alert antivirus application archive audio backup badge battery bill block
boot browser budget button cable calendar camera card change charger check click client cloud code computer
connection contract copy cover crash customer data date delay delete desktop device directory disk display document
download drive driver email employee error exchange export failure fax file filter firewall firmware folder font form
freeze group guest hardware headset help home host icon image inbox install internet invoice keyboard laptop letter
licence light line link list login logout machine mail manager meeting memory menu message microphone modem monitor
mouse network noise number office offline online order outage page paper password patch payment permission phone
photo pixel plan plug port power problem process profile program project projector proxy quota reboot record remote
report request reset restart restore room router salary scan scanner schedule screen script search sector server
service session setting setup shared signal signature site slow software speaker spam start storage support switch
system tablet team technician telephone template terminal test ticket time token toner tool tray update upgrade
upload urgent user version video virtual virus visitor voice wait warning website wifi window word work workstation
accès agenda alerte affichage bonjour bureau câble cassé clavier compte connexion contrat courriel demande depuis
disque dossier droit échec écran ecriture encore erreur étage fichier fonctionne identifiant impossible imprimante
impression installer lecteur lent lenteur logiciel matin merci messagerie mise mot nouveau ordinateur ouvrir panne
partage passe photocopieur pièce poste prise problème réseau réunion salle salarié serveur service session souris
téléphone urgent utilisateur version visioconférence
"""
_SYLLABLES = [first + last for first in "bdfklmnprs" for last in "aeiou"]


class Texts:
    """Makes texts from a source of chance; the vocabulary is always the same."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words, self._weights = _vocabulary()

    def words(self, count: int) -> list[str]:
        """Some words."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def title(self) -> str:
        """A title of a few words."""
        return " ".join(self.words(self._chance.randint(3, 8))).capitalize()

    def body(self, number: int) -> str:
        """A few sentences; every fifth or so speaks of a printer."""
        sentences = [
            " ".join(self.words(self._chance.randint(6, 14))).capitalize()
            for _ in range(self._chance.randint(2, 6))
        ]
        if self._chance.random() < 0.2:
            sentences.append(f"The {COMMON} again")
        if number % RARE_EVERY == RARE_EVERY // 40:
            sentences.append(f"Ask for {RARE}")
        return ". ".join(sentences) + "."


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """The words, and how often they come: as in any language, the n-th about n times less often than the first."""
    chance = random.Random(1)  # noqa: S311 - data of a benchmark
    made = {"".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)}
    words = sorted(set(_PLAIN.split()) - {COMMON})
    chance.shuffle(words)
    words += sorted(made, key=lambda word: (len(word), word))
    return words, list(accumulate(1 / (rank + 8) for rank in range(len(words))))
