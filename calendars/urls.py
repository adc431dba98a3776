"""Addresses of the calendars."""

from django.urls import path

from calendars import views

app_name = "calendars"

urlpatterns = [
    path("manage/calendars/", views.CalendarList.as_view(), name="list"),
    path("manage/calendars/new/", views.NewCalendar.as_view(), name="create"),
    path("manage/calendars/<slug:slug>/", views.CalendarPage.as_view(), name="detail"),
    path("manage/calendars/<slug:slug>/edit/", views.EditCalendar.as_view(), name="edit"),
]
