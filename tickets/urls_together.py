"""Addresses of working together on tickets: canned answers, names after an @, who sees and who is told."""

from django.urls import path

from tickets.views import canned, export, together

urlpatterns = [
    path("queue/export/", export.export, name="export"),
    path("tickets/<str:reference>/canned/", canned.picker, name="canned"),
    path("tickets/<str:reference>/names/", together.names, name="names"),
    path("tickets/<str:reference>/mute/", together.mute, name="mute"),
    path("tickets/<str:reference>/seen/", together.seen, name="seen"),
    path("tickets/<str:reference>/confidential/", together.Confidential.as_view(), name="confidential"),
    path("manage/canned-answers/", canned.CannedAnswers.as_view(), name="canned_answers"),
    path("manage/canned-answers/new/", canned.EditCannedAnswer.as_view(), name="new_canned_answer"),
    path("manage/canned-answers/<int:pk>/", canned.EditCannedAnswer.as_view(), name="canned_answer"),
]
