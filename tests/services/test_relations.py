"""What stands on what: the rules of relations, walks over them, and two at once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Entity, User
from core.exceptions import Refused
from services import graph
from services.actions import Edge, create_service, relate, relate_many, unrelate
from services.choices import RelationType
from services.history import history
from services.models import Item, Relation, Service, Thing
from tests.services.conftest import Make
from tests.tickets.together import failures, together

DEPENDS, RUNS, PART, CONNECTED, BACKS = "depends_on", "runs_on", "part_of", "connected_to", "backs_up"


def codes(found: graph.Reach) -> list[str]:
    return [thing.code for thing in found.things]


@pytest.fixture
def chain(make: Make, mail: Service) -> dict[str, Thing]:
    """Mail stands on an application, that on a machine, that on a server with a disk; a backup looks after it."""
    things: dict[str, Thing] = {"mail": mail}
    kinds = {
        "APP": "application",
        "VM": "machine-virtuelle",
        "SRV": "serveur",
        "DISK": "serveur",
        "BACKUP": "serveur",
    }
    things |= {code: make(code, kind) for code, kind in kinds.items()}
    relate_many(
        [
            Edge(mail, things["APP"], DEPENDS),
            Edge(things["APP"], things["VM"], RUNS),
            Edge(things["VM"], things["SRV"], RUNS),
            Edge(things["DISK"], things["SRV"], PART),
            Edge(things["BACKUP"], things["SRV"], BACKS),
        ],
        by=None,
    )
    return things


def test_walks_tell_what_breaks_and_what_it_stands_on(chain: dict[str, Thing], agent: User) -> None:
    assert codes(graph.dependents(agent, chain["SRV"])) == ["messagerie", "VM", "APP"]
    assert codes(graph.foundations(agent, chain["mail"])) == ["APP", "VM", "SRV", "DISK"]
    assert codes(graph.dependents(agent, chain["DISK"])) == ["messagerie", "SRV", "VM", "APP"]
    assert codes(graph.dependents(agent, chain["BACKUP"])) == []
    [reached] = graph.dependents(agent, chain["SRV"]).services
    assert [thing.code for thing in reached.between if thing] == ["VM", "APP"]
    assert codes(graph.dependents(agent, chain["SRV"], depth=1)) == ["VM"]


def test_walk_is_three_statements_however_far(chain: dict[str, Thing], agent: User) -> None:
    assert agent.access
    with CaptureQueriesContext(connection) as asked:
        graph.dependents(agent, chain["SRV"])
    assert len(asked) == 3
    with CaptureQueriesContext(connection) as asked:
        graph.neighbourhood(agent, [chain["VM"]])
    assert len(asked) == 5


def test_nothing_stands_on_itself(chain: dict[str, Thing]) -> None:
    for kind in RelationType.values:
        with pytest.raises(Refused):
            relate(chain["SRV"], chain["SRV"], kind, by=None)


def test_circles_are_refused_across_kinds_and_nothing_is_left(chain: dict[str, Thing]) -> None:
    before = Relation.objects.count()
    for source, target, kind in (
        ("SRV", "mail", DEPENDS), ("SRV", "APP", RUNS), ("SRV", "DISK", PART), ("mail", "DISK", PART),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            relate(chain[source], chain[target], kind, by=None)
        assert list(refused.value.errors) == ["target"]
    fresh = [Edge(chain["BACKUP"], chain["mail"], DEPENDS), Edge(chain["SRV"], chain["BACKUP"], DEPENDS)]
    with pytest.raises(Refused):
        relate_many(fresh, by=None)
    assert Relation.objects.count() == before
    relate(chain["DISK"], chain["mail"], "uses", by=None)  # soft relations may go round


def test_same_relation_twice_is_refused_and_another_kind_is_not(chain: dict[str, Thing]) -> None:
    with pytest.raises(Refused):
        relate(chain["VM"], chain["SRV"], RUNS, by=None)
    relate(chain["VM"], chain["SRV"], CONNECTED, by=None)


def test_two_relations_closing_a_circle_at_once_leave_one(make: Make, transactional_db: None) -> None:
    for turn in range(6):
        one, other = make(f"A-{turn}"), make(f"B-{turn}")
        third = make(f"C-{turn}")
        relate(other, third, RUNS, by=None)
        jobs = [
            lambda one=one, other=other: relate(one, other, DEPENDS, by=None),
            lambda one=one, third=third: relate(third, one, DEPENDS, by=None),
        ]
        assert len(failures(together(jobs), Refused)) == 1


def test_both_ends_remember_a_relation(chain: dict[str, Thing], manager: User) -> None:
    relation = Relation.objects.get(source__service=chain["mail"].pk)
    unrelate(relation, by=manager)
    assert not Relation.objects.filter(pk=relation.pk).exists()
    assert history(manager, [chain["mail"]])[0].sentence == "no longer related: depends on Item APP"
    assert history(manager, [chain["APP"]])[0].sentence == "no longer related: needed by Messagerie"
    unrelate(relation, by=manager)


def test_one_end_must_be_the_persons_to_change(
    chain: dict[str, Thing], agent: User, auditor: User, requester: User, outside_agent: User, mail: Service
) -> None:
    relate(mail, chain["SRV"], DEPENDS, by=agent)
    for person in (auditor, requester, outside_agent):
        with pytest.raises(PermissionDenied):
            relate(mail, chain["VM"], DEPENDS, by=person)


def test_walk_names_nothing_that_one_may_not_see(
    chain: dict[str, Thing], hospital: Entity, agent: User, outside_agent: User
) -> None:
    ward = create_service(name="Ward", code="ward", entity=hospital, by=None)
    relate(ward, chain["SRV"], DEPENDS, by=None)
    found = graph.dependents(agent, chain["SRV"])
    assert "ward" not in codes(found)
    assert found.hidden == 1
    there = graph.foundations(outside_agent, ward)
    assert (codes(there), there.hidden) == ([], 2)
    assert not Relation.objects.visible_to(outside_agent).exists()


def test_a_large_graph_is_walked_at_once(
    make: Make, school: Entity, agent: User, types: dict[str, object]
) -> None:
    rows = [make(f"N-{number}") for number in range(60)]
    edges = [
        Edge(rows[high], rows[low], DEPENDS)
        for high in range(59)
        for low in range(high + 1, min(high + 6, 60))
    ]
    relate_many(edges, by=None)
    assert len(graph.dependents(agent, rows[59], depth=12).items) == 59


def test_report_on_an_item_is_on_its_service(chain: dict[str, Thing], mail: Service, requester: User) -> None:
    server = chain["SRV"]
    assert isinstance(server, Item)
    assert graph.service_for(server, requester) == mail
