"""Addresses of relations between tickets, and of acts on many."""

from django.urls import path

from tickets.views import many, relations

urlpatterns = [
    path("tickets/<str:reference>/link/", relations.LinkPage.as_view(), name="link"),
    path("tickets/<str:reference>/links/<int:key>/remove/", relations.unlink, name="unlink"),
    path("tickets/<str:reference>/merge/", relations.MergePage.as_view(), name="merge"),
    path("tickets/<str:reference>/merged/<int:key>/undo/", relations.unmerge, name="unmerge"),
    path("tickets/<str:reference>/convert/", relations.ConvertPage.as_view(), name="convert"),
    path("tickets/<str:reference>/part/", relations.PartPage.as_view(), name="open_part"),
    path("comments/<int:key>/split/", relations.SplitPage.as_view(), name="split"),
    path("bulk/", many.BulkJobs.as_view(), name="bulk_jobs"),
    path("bulk/new/", many.BulkPage.as_view(), name="bulk"),
    path("bulk/<int:pk>/", many.job, name="bulk_job"),
]
