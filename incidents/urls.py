"""Addresses of incidents, of major ones, and of their reports."""

from django.urls import path

from incidents.views import incidents, majors, reports

app_name = "incidents"

urlpatterns = [
    path("", incidents.IncidentList.as_view(), name="list"),
    path("new/", incidents.IncidentCreate.as_view(), name="create"),
    path("major/", majors.MajorList.as_view(), name="majors"),
    path("major/<str:reference>/", majors.major, name="major"),
    path("major/<str:reference>/edit/", majors.EditMajor.as_view(), name="edit_major"),
    path("major/<str:reference>/log/", majors.write, name="write_entry"),
    path("major/<str:reference>/tell/", majors.tell, name="communicate"),
    path("major/<str:reference>/incidents/", majors.attach, name="attach"),
    path("major/<str:reference>/review/", majors.ReviewPage.as_view(), name="review"),
    path("major/<str:reference>/status/", majors.status, name="major_status"),
    path("major/<str:reference>/join/", majors.join, name="join"),
    path("<str:reference>/declare/", majors.DeclarePage.as_view(), name="declare"),
    path("<str:reference>/part-of/", majors.attach_here, name="attach_here"),
    path("<str:reference>/describe/", reports.DescribePage.as_view(), name="describe"),
    path("<str:reference>/report/", reports.ReportPage.as_view(), name="report"),
    path("<str:reference>/report/finalise/", reports.finalise, name="finalise_report"),
    path("<str:reference>/report.pdf", reports.pdf, name="report_pdf"),
]
