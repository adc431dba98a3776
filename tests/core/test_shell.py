"""Theme, language, preview, drafts, the administration map, error pages."""

import pytest
from django.test import Client

from accounts.models import User
from core import drafts
from core.models import Draft


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def test_theme_is_kept_on_the_person_and_in_the_browser(signed_in: Client, agent: User) -> None:
    response = signed_in.post("/theme/", {"theme": "dark", "next": "/home/"})
    agent.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/home/")
    assert (agent.theme, response.cookies["theme"].value) == ("dark", "dark")


@pytest.mark.parametrize(
    "next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_theme_leads_to_own_pages_only(client: Client, next_page: str, db: None) -> None:
    assert client.post("/theme/", {"theme": "light", "next": next_page})["Location"] == "/"


def test_unknown_theme_and_language_change_nothing(signed_in: Client, agent: User) -> None:
    signed_in.post("/theme/", {"theme": "<b>"})
    signed_in.post("/language/", {"language": "xx"})
    agent.refresh_from_db()
    assert (agent.theme, agent.language) == ("system", "en")


def test_keys_are_turned_off_for_good(signed_in: Client, agent: User) -> None:
    signed_in.post("/keys/", {"on": "0"})
    agent.refresh_from_db()
    assert not agent.uses_keys
    assert "data-keys-switch" in signed_in.get("/home/").content.decode()


def test_preview_is_cleaned(signed_in: Client) -> None:
    html = signed_in.post("/preview/", {"text": "**bold** <script>x</script>"}).content.decode()
    assert "<strong>bold</strong>" in html
    assert "<script>" not in html


def test_draft_is_kept_read_and_forgotten(signed_in: Client, agent: User) -> None:
    assert signed_in.get("/drafts/answer-1/").status_code == 204
    assert signed_in.post("/drafts/answer-1/", {"body": "half a thought"}).status_code == 204
    assert signed_in.get("/drafts/answer-1/").json() == {"body": "half a thought"}
    assert signed_in.delete("/drafts/answer-1/").status_code == 204
    assert not Draft.objects.exists()


def test_draft_is_ones_own(signed_in: Client, lead: User) -> None:
    drafts.keep(lead, "answer-1", {"body": "secret"})
    assert signed_in.get("/drafts/answer-1/").status_code == 204


def test_empty_draft_is_forgotten_and_a_huge_one_refused(signed_in: Client, agent: User) -> None:
    drafts.keep(agent, "x", {"body": "text"})
    signed_in.post("/drafts/x/", {"body": "  "})
    assert not Draft.objects.exists()
    assert signed_in.post("/drafts/x/", {"body": "a" * 200_001}).status_code == 413


def test_map_shows_only_what_one_may_open(client: Client, requester: User, administrator: User) -> None:
    client.force_login(requester)
    assert client.get("/manage/").status_code == 403
    client.force_login(administrator)
    assert b"/manage/people/" in client.get("/manage/").content


def test_error_page_says_what_to_do(signed_in: Client) -> None:
    response = signed_in.get("/no/such/page/")
    assert response.status_code == 404
    assert b"<h1>" in response.content
