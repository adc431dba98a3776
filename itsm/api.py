"""All addresses of the API, version 1."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accounts.api import EntityResource, PersonResource, TeamResource
from incidents.api import IncidentResource
from tickets.api.parts import (
    AttachmentContentResource,
    AttachmentResource,
    CommentResource,
    EventResource,
    FollowerResource,
)
from tickets.api.views import TicketResource

app_name = "api"

router = SimpleRouter()
router.register("tickets", TicketResource, "ticket")
router.register(r"tickets/(?P<reference>[^/]+)/comments", CommentResource, "comment")
router.register(r"tickets/(?P<reference>[^/]+)/events", EventResource, "event")
router.register(r"tickets/(?P<reference>[^/]+)/attachments", AttachmentResource, "attachment")
router.register(r"tickets/(?P<reference>[^/]+)/followers", FollowerResource, "follower")
router.register("attachments", AttachmentContentResource, "attachment-content")
router.register("incidents", IncidentResource, "incident")
router.register("people", PersonResource, "person")
router.register("teams", TeamResource, "team")
router.register("entities", EntityResource, "entity")

urlpatterns = [*router.urls, path("schema/", SpectacularAPIView.as_view(), name="schema")]
