"""Addresses of incidents."""

from django.urls import path

from incidents import views

app_name = "incidents"

urlpatterns = [
    path("", views.IncidentList.as_view(), name="list"),
    path("new/", views.IncidentCreate.as_view(), name="create"),
]
