"""Addresses of the portal."""

from django.urls import path

from portal import catalogue, views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("report/", views.Report.as_view(), name="report"),
    path("ask/", catalogue.catalogue, name="catalogue"),
    path("ask/<slug:slug>/", catalogue.Ask.as_view(), name="ask"),
    path("requests/", views.requests, name="requests"),
    path("requests/<str:reference>/", views.RequestPage.as_view(), name="request"),
    path("requests/<str:reference>/colleagues/", views.RequestColleagues.as_view(), name="colleagues"),
    path("requests/<str:reference>/move/", views.RequestMove.as_view(), name="move"),
    path("services/", views.services, name="services"),
]
