"""Addresses of the shell."""

from django.urls import path

from core import kept, operations, shell

app_name = "core"

urlpatterns = [
    path("manage/", shell.administration, name="administration"),
    path("theme/", shell.set_theme, name="theme"),
    path("language/", shell.set_language, name="language"),
    path("keys/", shell.set_keys, name="keys"),
    path("preview/", shell.preview, name="preview"),
    path("kept/", kept.kept, name="kept"),
    path("drafts/<slug:key>/", shell.draft, name="draft"),
    path("manage/deliveries/", operations.DeliveryList.as_view(), name="deliveries"),
    path("manage/deliveries/again/", operations.send_again, name="send_again"),
    path("manage/deliveries/<int:pk>/", operations.DeliveryPage.as_view(), name="delivery"),
    path("manage/jobs/", operations.job_list, name="jobs"),
]
