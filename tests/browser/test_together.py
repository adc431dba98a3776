"""Two people on one ticket, and what was typed when the sign-in ran out, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.conftest import Opener
from tests.factories import PASSWORD
from tickets.actions import comment, edit
from tickets.actions.canned import save_canned
from tickets.choices import CommentKind
from tickets.models import CannedAnswer, Comment, Follower, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("way", ["scripts", "plain"])
def test_stale_save_shows_both_sides_and_takes_the_choice(
    incident: Ticket, agent: User, lead: User, open_as: Opener, way: str
) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/edit/", scripts=way == "scripts")
    page.locator("[name=title]").fill("My title")
    edit(incident, {"title": "Their title", "description": "Their words"}, by=lead)
    page.locator(".form-acts .button.primary").last.click()
    expect(page.locator(".merge")).to_contain_text("Their title")
    expect(page.locator(".merge")).to_contain_text("Their words")
    assert page.locator("[name=title]").input_value() == "My title"
    page.locator('[name="choose.title"][value=theirs]').check()
    page.locator(".merge .button.primary").click()
    page.wait_for_url(f"**/tickets/{incident.reference}/")
    row = Ticket.objects.get(pk=incident.pk)
    assert (row.title, row.description) == ("Their title", "Their words")


def test_stale_save_in_a_dialog_shows_both_sides_there(
    incident: Ticket, agent: User, lead: User, open_as: Opener
) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/")
    page.locator("a.edit-link").first.click()
    page.locator("dialog [name=title]").fill("My title")
    edit(incident, {"title": "Their title"}, by=lead)
    page.locator("dialog .form-acts .button.primary").last.click()
    expect(page.locator("dialog .merge")).to_contain_text("Their title")
    page.locator("dialog .merge button[value=mine]").click()
    expect(page.locator("h1")).to_have_text("My title")


@pytest.mark.parametrize("way", ["scripts", "plain"])
def test_text_sent_after_the_sign_in_ran_out_is_sent_after_it(
    incident: Ticket, agent: User, open_as: Opener, way: str
) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/", scripts=way == "scripts")
    page.locator("label:has([name=kind][value=internal])").click()
    page.locator("textarea[name=body]").fill("Typed for an hour")
    page.context.clear_cookies(name="sessionid")
    page.locator("#answer .button.primary").click()
    page.locator("[name=login]").fill(agent.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action*=login] button.primary").click()
    expect(page.locator("main")).to_contain_text("Typed for an hour")
    assert not Comment.objects.exists()
    page.locator("main .button.primary").click()
    expect(page.locator(".timeline")).to_contain_text("Typed for an hour")
    assert Comment.objects.get().kind == CommentKind.INTERNAL


def test_name_is_completed_and_calls_the_colleague(
    incident: Ticket, agent: User, expert: User, open_as: Opener
) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/")
    page.locator("label:has([name=kind][value=internal])").click()
    area = page.locator("textarea[name=body]")
    area.press_sequentially("Look, @emi")
    expect(page.locator(".names li").first).to_contain_text("Emil Expert")
    area.press("Enter")
    assert area.input_value() == "Look, @emil.expert "
    page.locator("#answer .button.primary").click()
    expect(page.locator(".timeline")).to_contain_text("@emil.expert")
    assert Follower.objects.get().user == expert


def test_canned_answer_is_chosen_by_keyboard(
    incident: Ticket, agent: User, administrator: User, open_as: Opener
) -> None:
    text = {"title": "Greeting", "body_en": "Hello {{requester.first_name}},"}
    answer = save_canned(CannedAnswer(), text, by=administrator)
    page = open_as(agent, f"/tickets/{incident.reference}/")
    page.keyboard.press("i")
    page.locator("dialog input[type=search]").press_sequentially("greet")
    expect(page.locator("dialog [data-canned]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=body]")).to_have_value("Hello Rosa,")
    page.locator("#answer .button.primary").click()
    expect(page.locator(".timeline")).to_contain_text("Hello Rosa,")
    assert CannedAnswer.objects.get(pk=answer.pk).used == 1


def test_draft_of_a_form_comes_back(incident: Ticket, agent: User, lead: User, open_as: Opener) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/pass-on/")
    with page.expect_response("**/drafts/**", timeout=5_000) as kept:
        page.locator("[name=reason]").fill("Tried everything already")
        page.locator("[name=reason]").press("End")
    assert kept.value.status == 204
    page.goto(f"/tickets/{incident.reference}/pass-on/")
    expect(page.locator("[name=reason]")).to_have_value("Tried everything already")
    expect(page.locator(".draft-note")).to_be_visible()


def test_comment_written_meanwhile_is_read_first(
    incident: Ticket, agent: User, requester: User, open_as: Opener
) -> None:
    page = open_as(agent, f"/tickets/{incident.reference}/")
    page.locator("textarea[name=body]").fill("Please restart it")
    comment(incident, by=requester, body="It works again!")
    page.locator("#answer .button.primary").click()
    expect(page.locator(".meanwhile")).to_contain_text("It works again!")
    expect(page.locator("textarea[name=body]")).to_have_value("Please restart it")
    page.locator("#answer .button.primary").click()
    expect(page.locator(".timeline")).to_contain_text("Please restart it")
