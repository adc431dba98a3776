"""Addresses of time and costs."""

from django.urls import path

from tickets.views import ledger, rates

urlpatterns = [
    path("ledger/", ledger.Ledger.as_view(), name="ledger"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("tickets/<str:reference>/time/", ledger.TicketTime.as_view(), name="time"),
    path("tickets/<str:reference>/time/new/", ledger.LogTime.as_view(), name="log_time"),
    path("tickets/<str:reference>/costs/new/", ledger.AddCost.as_view(), name="add_cost"),
    path("tickets/<str:reference>/budget/", ledger.BudgetPage.as_view(), name="budget"),
    path("time/<int:key>/void/", ledger.VoidTime.as_view(), name="void_time"),
    path("costs/<int:key>/void/", ledger.VoidCost.as_view(), name="void_cost"),
    path("manage/activities/", rates.Activities.as_view(), name="activities"),
    path("manage/activities/new/", rates.EditActivity.as_view(), name="new_activity"),
    path("manage/activities/<int:pk>/", rates.EditActivity.as_view(), name="activity"),
    path("manage/rates/", rates.Rates.as_view(), name="rates"),
    path("manage/rates/new/", rates.NewRate.as_view(), name="new_rate"),
    path("manage/rates/<int:pk>/void/", rates.VoidRate.as_view(), name="void_rate"),
]
