"""All addresses of the API, version 1."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from accounts.api import EntityResource, MeResource, PersonResource, TeamResource
from assistance.api import RequestResource, RequestTypeResource
from audit.api import AuditResource
from changes.api import ChangeResource, ChangeTemplateResource
from core.api.docs import NowhereView, SchemaView, docs
from incidents.api import IncidentResource, MajorIncidentResource
from problems.api import CauseResource, ProblemResource
from projects.api import (
    DependencyResource,
    MilestoneResource,
    PhaseResource,
    ProjectResource,
    TaskResource,
)
from services.api import (
    AttributeResource,
    CategoryResource,
    ItemResource,
    ItemTypeResource,
    PlaceResource,
    RelationResource,
    ServiceResource,
    SupplierResource,
)
from tickets.api.approvals import ApprovalResource
from tickets.api.interventions import InterventionResource
from tickets.api.ledger import BudgetResource, CostResource, LedgerResource, RateResource, TimeResource
from tickets.api.many import BulkJobResource
from tickets.api.parts import (
    AttachmentContentResource,
    AttachmentResource,
    CommentResource,
    EventResource,
    FollowerResource,
)
from tickets.api.recurring import CheckResource, RecurrenceResource
from tickets.api.relations import EveryTicketResource, LinkResource
from tickets.api.setup import ActivityResource, PendingReasonResource, ResolutionCodeResource
from tickets.api.together import CannedAnswerResource, CustomFieldResource, FilledAnswerResource

app_name = "api"

router = SimpleRouter()
# With or without: a redirect to the other would turn a POST into a GET.
router.trailing_slash = "/?"
router.register("tickets", EveryTicketResource, "ticket")
router.register(r"tickets/(?P<reference>[^/]+)/comments", CommentResource, "comment")
router.register(r"tickets/(?P<reference>[^/]+)/events", EventResource, "event")
router.register(r"tickets/(?P<reference>[^/]+)/attachments", AttachmentResource, "attachment")
router.register(r"tickets/(?P<reference>[^/]+)/followers", FollowerResource, "follower")
router.register(r"tickets/(?P<reference>[^/]+)/interventions", InterventionResource, "intervention")
router.register(r"tickets/(?P<reference>[^/]+)/checklist", CheckResource, "check")
router.register("recurrences", RecurrenceResource, "recurrence")
router.register(r"tickets/(?P<reference>[^/]+)/time", TimeResource, "time")
router.register(r"tickets/(?P<reference>[^/]+)/costs", CostResource, "cost")
router.register("rates", RateResource, "rate")
router.register("activities", ActivityResource, "activity")
router.register(r"tickets/(?P<reference>[^/]+)/approvals", ApprovalResource, "approval")
router.register(r"tickets/(?P<reference>[^/]+)/links", LinkResource, "link")
router.register("bulk-jobs", BulkJobResource, "bulk-job")
router.register("incidents", IncidentResource, "incident")
router.register("major-incidents", MajorIncidentResource, "major-incident")
router.register("requests", RequestResource, "request")
router.register("request-types", RequestTypeResource, "request-type")
router.register("problems", ProblemResource, "problem")
router.register("changes", ChangeResource, "change")
router.register("change-templates", ChangeTemplateResource, "change-template")
router.register(r"problems/(?P<reference>[^/]+)/causes", CauseResource, "cause")
router.register("tasks", TaskResource, "task")
router.register("projects", ProjectResource, "project")
router.register(r"projects/(?P<code>[A-Za-z0-9-]+)/phases", PhaseResource, "phase")
router.register(r"projects/(?P<code>[A-Za-z0-9-]+)/milestones", MilestoneResource, "milestone")
router.register(r"projects/(?P<code>[A-Za-z0-9-]+)/dependencies", DependencyResource, "dependency")
router.register("custom-fields", CustomFieldResource, "custom-field")
router.register("canned-answers", CannedAnswerResource, "canned-answer")
router.register("people", PersonResource, "person")
router.register("teams", TeamResource, "team")
router.register("entities", EntityResource, "entity")
router.register("services", ServiceResource, "service")
router.register("categories", CategoryResource, "category")
router.register("items", ItemResource, "item")
router.register("relations", RelationResource, "relation")
router.register("item-types", ItemTypeResource, "item-type")
router.register("item-attributes", AttributeResource, "item-attribute")
router.register("places", PlaceResource, "place")
router.register("suppliers", SupplierResource, "supplier")
router.register("pending-reasons", PendingReasonResource, "pending-reason")
router.register("resolution-codes", ResolutionCodeResource, "resolution-code")
router.register("audit", AuditResource, "audit")

urlpatterns = [
    *router.urls,
    path(
        "attachments/<uuid:token>/",
        AttachmentContentResource.as_view({"get": "retrieve"}),
        name="attachment-content",
    ),
    path("ledger/", LedgerResource.as_view({"get": "list"}), name="ledger"),
    path("ledger/totals/", LedgerResource.as_view({"get": "totals"}), name="ledger-totals"),
    path(
        "tickets/<str:reference>/budget/",
        BudgetResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="budget",
    ),
    re_path(
        r"^tickets/(?P<reference>[^/]+)/canned-answers/?$",
        FilledAnswerResource.as_view({"get": "list"}),
        name="filled-answer-list",
    ),
    path("me/", MeResource.as_view({"get": "retrieve", "patch": "partial_update"}), name="me"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path(r"^.*/$", NowhereView.as_view()),
]
