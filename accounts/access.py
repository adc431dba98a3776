"""What a person may do and where, read from the database in one query."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

NOWHERE: frozenset[int] = frozenset()

# Three kinds of row: the verbs of a role with the entities it reaches, the teams of the person, and how many
# entities there are.
# Grants to the person and to the active teams he belongs to count alike.
_QUERY = """
WITH mine AS (
    SELECT membership.team_id
    FROM accounts_membership membership
    JOIN accounts_team team ON team.id = membership.team_id AND team.is_active
    WHERE membership.user_id = %(user)s
),
reach AS (
    SELECT role_id, entity_id, with_descendants FROM accounts_grant WHERE user_id = %(user)s
    UNION
    SELECT role_id, entity_id, with_descendants FROM accounts_grant WHERE team_id IN (SELECT team_id FROM mine)
)
SELECT role.verbs, array_agg(DISTINCT below.id), 'role'
FROM reach
JOIN accounts_role role ON role.id = reach.role_id
JOIN accounts_entity below
  ON below.id = reach.entity_id
  OR (reach.with_descendants AND below.path @> ARRAY[reach.entity_id::int])
GROUP BY role.id
UNION ALL
SELECT NULL, array_agg(team_id), 'teams' FROM mine
UNION ALL
SELECT NULL, ARRAY[count(*)], 'size' FROM accounts_entity
"""


@dataclass(frozen=True)
class Access:
    """The rights of one person, resolved: for each verb the entities it reaches, heirs included."""

    by_verb: Mapping[str, frozenset[int]]
    teams: frozenset[int]
    entity_count: int

    def entities(self, verb: str) -> frozenset[int]:
        """The keys of the entities where the verb is granted."""
        return self.by_verb.get(verb, NOWHERE)

    def entities_of_any(self, verbs: Iterable[str]) -> frozenset[int]:
        """The keys of the entities where at least one of the verbs is granted."""
        return NOWHERE.union(*(self.entities(verb) for verb in verbs))

    def can(self, verb: str, entity_id: int | None = None) -> bool:
        """Whether the verb is granted in that entity, or in some entity where none is named."""
        return bool(self.entities(verb)) if entity_id is None else entity_id in self.entities(verb)

    def everywhere(self, verb: str) -> bool:
        """Whether the verb is granted in every entity there is."""
        return 0 < self.entity_count <= len(self.entities(verb))

    def covers(self, other: "Access") -> bool:
        """Whether all that the other may do, wherever it is, is granted here too."""
        return all(where <= self.entities(verb) for verb, where in other.by_verb.items())

    def verbs_in(self, entity_id: int) -> frozenset[str]:
        """The verbs granted in one entity."""
        return frozenset(verb for verb, entities in self.by_verb.items() if entity_id in entities)

    @property
    def all_entities(self) -> frozenset[int]:
        """Every entity where anything is granted."""
        return self.entities_of_any(self.by_verb)

    @property
    def is_staff_side(self) -> bool:
        """Whether the person works on tickets, so that the workspace is home."""
        return bool(self.teams) or "tickets.view" in self.by_verb

    def limited_to(self, groups: Collection[str]) -> "Access":
        """The same rights with only the verbs of the named groups, for a token of narrow scope."""
        kept = {verb: where for verb, where in self.by_verb.items() if verb.partition(".")[0] in groups}
        return Access(kept, self.teams, self.entity_count)


NOTHING = Access({}, NOWHERE, 0)


def access_of(user_id: int) -> Access:
    """Read the rights of a person, in one query."""
    by_verb: dict[str, frozenset[int]] = {}
    teams, size = NOWHERE, 0
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, {"user": user_id})
        for verbs, keys, kind in cursor.fetchall():
            if kind == "teams":
                teams = frozenset(keys or ())
            elif kind == "size":
                size = keys[0]
            else:
                for verb in verbs:
                    by_verb[verb] = by_verb.get(verb, NOWHERE) | frozenset(keys)
    return Access(by_verb, teams, size)
