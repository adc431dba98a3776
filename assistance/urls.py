"""Addresses of assistance requests and of their catalogue."""

from django.urls import path

from assistance.views import catalogue, requests

app_name = "assistance"

urlpatterns = [
    path("requests/", requests.RequestList.as_view(), name="list"),
    path("requests/new/", requests.choose, name="choose"),
    path("requests/new/free/", requests.FreeRequest.as_view(), name="create"),
    path("requests/new/<slug:slug>/", requests.RequestByForm.as_view(), name="create_by"),
    path("manage/request-forms/", catalogue.Types.as_view(), name="types"),
    path("manage/request-forms/new/", catalogue.NewType.as_view(), name="new_type"),
    path("manage/request-forms/<int:pk>/", catalogue.TypePage.as_view(), name="type"),
    path("manage/request-forms/<int:pk>/edit/", catalogue.EditType.as_view(), name="edit_type"),
    path("manage/request-forms/<int:pk>/fields/", catalogue.FieldsPage.as_view(), name="fields"),
    path("manage/request-forms/<int:pk>/steps/new/", catalogue.StepPage.as_view(), name="new_step"),
    path("manage/request-forms/<int:pk>/steps/<int:number>/", catalogue.StepPage.as_view(), name="step"),
    path(
        "manage/request-forms/<int:pk>/steps/<int:number>/remove/", catalogue.remove_step, name="remove_step"
    ),
]
