"""All addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.item_report import report_item
from portal.views import front

urlpatterns = [
    path("", include("core.urls")),
    path("", include("calendars.urls")),
    path("", include("services.urls")),
    path("", include("notifications.urls")),
    path("", include("tickets.urls")),
    path("incidents/", include("incidents.urls")),
    path("", include("assistance.urls")),
    path("", include("problems.urls")),
    path("", include("changes.urls")),
    path("", include("projects.urls")),
    path("portal/", include("portal.urls")),
    path("", front, name="front"),
    path("report/<str:code>/", report_item, name="report_item"),
    path("audit/", include("audit.urls")),
    path("api/v1/", include("itsm.api")),
    path("account/", include("accounts.urls_own")),
    path("accounts/", include("accounts.urls_entrance")),
    path("manage/", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "core.middleware.server_error"
