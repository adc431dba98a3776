"""Addresses of changes."""

from django.urls import path

from changes.views import calendar, pages, setup

app_name = "changes"

urlpatterns = [
    path("changes/", pages.ChangeList.as_view(), name="list"),
    path("changes/new/", pages.ChangeCreate.as_view(), name="create"),
    path("changes/calendar/", calendar.month, name="calendar"),
    path("changes/<str:reference>/details/", pages.ChangeDetailsPage.as_view(), name="details"),
    path("tickets/<str:reference>/propose-change/", pages.ChangeCreate.as_view(), name="from_ticket"),
    path("manage/change-templates/", setup.Templates.as_view(), name="templates"),
    path("manage/change-templates/new/", setup.EditTemplate.as_view(), name="new_template"),
    path("manage/change-templates/<int:pk>/", setup.EditTemplate.as_view(), name="template"),
    path("manage/change-approval/", setup.Policies.as_view(), name="policies"),
    path("manage/change-approval/new/", setup.EditPolicy.as_view(), name="new_policy"),
    path("manage/change-approval/<int:pk>/", setup.EditPolicy.as_view(), name="policy"),
]
