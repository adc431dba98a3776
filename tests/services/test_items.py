"""Items: what they may hold, who sees them, their life, and the set-up behind them."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.translation import override

from accounts.models import Entity, User
from core.exceptions import Refused, StaleVersion
from services.actions import (
    create_item,
    create_items,
    delete_attribute,
    edit_item,
    install_item_types,
    retire_item,
    save_attribute,
    save_place,
    save_supplier,
    save_type,
)
from services.attributes import Types
from services.choices import CatalogueVerb, ItemStatus
from services.history import history
from services.models import Attribute, CatalogueEvent, Item, ItemType, Place, Supplier
from tests.services.conftest import Make
from tests.tickets.together import failures, together

Kinds = dict[str, ItemType]


def refused(act: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        act()
    return list(found.value.errors)


def test_pack_of_types_is_installed_once_and_never_over_edits(types: Kinds, administrator: User) -> None:
    assert len(types) == 13
    assert {"memory", "ip"} <= {attribute.slug for attribute in types["serveur"].attributes.all()}
    save_type(types["serveur"], {"name_fr": "Machine"}, by=administrator)
    install_item_types()
    assert ItemType.objects.count() == 13
    assert ItemType.objects.get(slug="serveur").name_fr == "Machine"


def test_item_keeps_its_attributes_as_plain_values_and_tells_of_its_making(make: Make, agent: User) -> None:
    item = make("SRV-1", memory="64,5", ip="10.20.1.4", by=agent)
    assert item.attributes == {"memory": 64.5, "ip": "10.20.1.4"}
    [event] = item.events.all()
    assert (event.verb, event.actor) == (CatalogueVerb.CREATED, agent)


def test_wrong_values_are_named_all_at_once(types: Kinds, school: Entity) -> None:
    def act() -> None:
        create_item(
            code="x y", name="", item_type=types["serveur"], entity=school, by=None,
            acquired_on=date(2026, 5, 1), warranty_until=date(2026, 4, 1),
            attributes={"ip": "300.1.1.1", "memory": "much", "wings": 2},
        )  # fmt: skip

    assert refused(act) == ["name"]
    assert set(refused(lambda: create_item(
        code="x y", name="X", item_type=types["serveur"], entity=school, by=None,
        acquired_on=date(2026, 5, 1), warranty_until=date(2026, 4, 1),
        attributes={"ip": "300.1.1.1", "memory": "much", "wings": 2},
    ))) == {"code", "warranty_until", "attributes.ip", "attributes.memory", "attributes.wings"}  # fmt: skip


def test_code_is_one_whatever_its_case_and_no_word_of_an_address(make: Make) -> None:
    make("PC-1", "portable")
    assert refused(lambda: make("pc-1", "portable")) == ["code"]
    assert refused(lambda: make("Labels", "portable")) == ["code"]


def test_two_with_one_code_at_once_make_one(types: Kinds, school: Entity, transactional_db: None) -> None:
    jobs = [
        lambda: create_item(code="PC-9", name="A", item_type=types["portable"], entity=school, by=None)
        for _one in range(4)
    ]
    assert len(failures(together(jobs), Refused)) == 3
    assert Item.objects.filter(code="PC-9").count() == 1


def test_set_form_writes_all_or_none(types: Kinds, school: Entity) -> None:
    rows = [
        {"code": f"PC-{n}", "name": "PC", "item_type": types["portable"], "entity": school} for n in range(5)
    ]
    assert len(create_items(rows, by=None)) == 5
    again = [{**row, "code": f"NEW-{n}"} for n, row in enumerate(rows)] + [rows[0]]
    assert refused(lambda: create_items(again, by=None)) == ["code"]
    assert Item.objects.count() == 5


def test_required_attribute_is_asked_when_an_item_is_next_written(make: Make, types: Kinds) -> None:
    item = make("SRV-1")
    values = {"slug": "rack", "label_fr": "Baie", "is_required": True}
    save_attribute(Attribute(item_type=types["serveur"]), values, by=None)
    assert refused(lambda: edit_item(item, {"name": "Other"}, by=None)) == ["attributes.rack"]
    edit_item(item, {"name": "Other", "attributes": {"rack": "B2"}}, by=None)
    assert Item.objects.get(pk=item.pk).attributes == {"rack": "B2"}


def test_type_has_the_attributes_of_those_above_it_and_none_twice(types: Kinds) -> None:
    blade = save_type(ItemType(), {"slug": "lame", "name_fr": "Lame", "parent": types["serveur"]}, by=None)
    assert "memory" in {attribute.slug for attribute in Types.read().attributes(blade.pk)}
    values = {"slug": "memory", "label_fr": "Mémoire"}
    assert refused(lambda: save_attribute(Attribute(item_type=blade), values, by=None)) == ["slug"]
    assert refused(lambda: save_type(types["serveur"], {"parent": blade}, by=None)) == ["parent"]


def test_type_of_value_stays_as_long_as_values_are_there_and_says_how_many(make: Make, types: Kinds) -> None:
    make("SRV-1", memory=64)
    make("SRV-2", memory=32)
    memory = Attribute.objects.get(item_type=types["serveur"], slug="memory")
    for change in ({"attribute_type": "text"}, {"slug": "ram"}):
        with pytest.raises(Refused) as found:
            save_attribute(memory, change, by=None)
        assert "2" in str(found.value)
    with pytest.raises(Refused, match="2"):
        delete_attribute(memory, by=None)
    edit_item(Item.objects.get(code="SRV-1"), {"attributes": {"memory": None}}, by=None)
    edit_item(Item.objects.get(code="SRV-2"), {"attributes": {"memory": ""}}, by=None)
    assert save_attribute(memory, {"attribute_type": "text"}, by=None).attribute_type == "text"
    delete_attribute(Attribute.objects.get(pk=memory.pk), by=None)


def test_choice_in_use_stays(make: Make, colour_of_case: Attribute) -> None:
    item = make("SRV-1")
    edit_item(item, {"attributes": {"case_colour": "noir"}}, by=None)
    assert Item.objects.get(pk=item.pk).attributes["case_colour"] == "Noir"
    with pytest.raises(Refused, match="1 item"):
        save_attribute(colour_of_case, {"options": ["Blanc"]}, by=None)
    save_attribute(colour_of_case, {"options": ["Noir", "Gris"]}, by=None)
    assert refused(lambda: edit_item(item, {"attributes": {"case_colour": "Blanc"}}, by=None)) == [
        "attributes.case_colour"
    ]


def test_life_follows_its_table_and_retiring_keeps_everything(make: Make, agent: User) -> None:
    item = make("PC-1", "portable")
    assert refused(lambda: edit_item(item, {"status": "planned"}, by=agent)) == ["status"]
    item = retire_item(item, by=agent, on=date(2026, 3, 1))
    assert (item.status, item.status_since, item.is_gone) == (ItemStatus.RETIRED, date(2026, 3, 1), True)
    item = edit_item(item, {"status": "disposed"}, by=agent)
    assert refused(lambda: edit_item(item, {"status": "in_use"}, by=agent)) == ["status"]
    verbs = list(item.events.values_list("verb", flat=True))
    assert verbs == [CatalogueVerb.CREATED, CatalogueVerb.MOVED, CatalogueVerb.MOVED]


def test_what_stays_the_same_is_no_change_and_an_older_version_does_not_overwrite(make: Make) -> None:
    item = make("PC-1", "portable")
    assert edit_item(item, {"name": item.name}, by=None).version == 1
    assert edit_item(item, {"name": "Mine"}, version=1, by=None).version == 2
    with pytest.raises(StaleVersion):
        edit_item(item, {"name": "Yours"}, version=1, by=None)


def test_history_reads_in_words(make: Make, agent: User, room: Place) -> None:
    item = make("SRV-1", memory=64)
    edit_item(item, {"place": room, "owner": agent, "attributes": {"memory": 128}}, by=agent)
    with override("en"):
        newest, oldest = history(agent, [item])
    told = {change.label: (change.before, change.after) for change in newest.changes}
    assert told["Place"] == ("nothing", "Main building › Room 12")
    assert told["Owner"] == ("nothing", "Anna Agent")
    assert told["Memory"] == ("64\u00a0Go", "128\u00a0Go")
    assert oldest.sentence == "added to the catalogue"


def test_events_of_the_catalogue_cannot_be_changed(make: Make) -> None:
    event = CatalogueEvent.objects.get(item=make("SRV-1"))
    for act in (lambda: CatalogueEvent.objects.update(verb="edited"), event.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_who_sees_and_changes_which_items(
    make: Make, hospital: Entity, requester: User, colleague: User, agent: User, outside_agent: User, auditor: User,
    outsider: User,
) -> None:  # fmt: skip
    own, server, other = (
        make("PC-1", "portable", user=requester),
        make("SRV-1"),
        make("SRV-2", entity=hospital),
    )
    assert set(Item.objects.visible_to(requester)) == {own}
    assert not Item.objects.visible_to(colleague)
    assert set(Item.objects.visible_to(agent)) == set(Item.objects.visible_to(auditor)) == {own, server}
    assert set(Item.objects.visible_to(outside_agent)) == {other}
    assert set(Item.objects.nameable_by(colleague)) == {own, server}
    assert set(Item.objects.nameable_by(outsider)) == {other}
    for person in (requester, auditor, outside_agent):
        with pytest.raises(PermissionDenied):
            edit_item(server, {"name": "Mine"}, by=person)
    with pytest.raises(PermissionDenied):
        edit_item(server, {"entity": hospital}, by=agent)


def test_place_carries_along_what_lies_within_it_and_lies_not_within_itself(
    room: Place, school: Entity, hospital: Entity, manager: User
) -> None:
    building = room.parent
    assert building is not None
    save_place(building, {"name": "Old building"}, by=manager)
    room.refresh_from_db()
    assert (str(room), room.path) == ("Old building › Room 12", [building.pk, room.pk])
    assert refused(lambda: save_place(building, {"parent": room}, by=manager)) == ["parent"]
    with pytest.raises(PermissionDenied):
        save_place(Place(), {"name": "Ward", "entity": hospital}, by=manager)
    same = {"name": "room 12", "entity": school, "parent": building}
    assert refused(lambda: save_place(Place(), same, by=manager)) == [""]


def test_supplier_is_there_once(manager: User, agent: User) -> None:
    save_supplier(Supplier(), {"name": "Printers Ltd"}, by=manager)
    assert refused(lambda: save_supplier(Supplier(), {"name": "printers ltd"}, by=manager)) == [""]
    with pytest.raises(PermissionDenied):
        save_supplier(Supplier(), {"name": "Other"}, by=agent)
