"""Addresses of problems and known errors."""

from django.urls import path

from problems import views

app_name = "problems"

urlpatterns = [
    path("problems/", views.ProblemList.as_view(), name="list"),
    path("problems/new/", views.ProblemCreate.as_view(), name="create"),
    path("problems/<str:reference>/details/", views.ProblemDetailsPage.as_view(), name="details"),
    path("problems/<str:reference>/analysis/", views.Analysis.as_view(), name="analysis"),
    path("problems/causes/<int:key>/", views.EditCause.as_view(), name="cause"),
    path("problems/causes/<int:key>/remove/", views.remove_cause, name="remove_cause"),
    path("problems/causes/<int:key>/move/", views.move_cause, name="move_cause"),
    path("tickets/<str:reference>/open-problem/", views.ProblemCreate.as_view(), name="from_incident"),
    path(
        "tickets/<str:reference>/workarounds/<int:pk>/",
        views.UseWorkaround.as_view(),
        name="use_workaround",
    ),
    path("known-errors/", views.KnownErrors.as_view(), name="known_errors"),
    path("portal/workarounds/", views.workarounds, name="workarounds"),
]
