"""One's own pages, `/account/…`."""

from django.urls import path

from accounts.views import own, personal

app_name = "account"

urlpatterns = [
    path("", own.Profile.as_view(), name="profile"),
    path("security/", own.security, name="security"),
    path("tokens/", own.tokens, name="tokens"),
    path("tokens/new/", own.NewToken.as_view(), name="create_token"),
    path("tokens/<int:pk>/revoke/", own.revoke, name="revoke_token"),
    path("absences/", own.absences, name="absences"),
    path("absences/new/", own.NewAbsence.as_view(), name="create_absence"),
    path("absences/<int:pk>/cancel/", own.cancel, name="cancel_absence"),
    path("data/", personal.own_data, name="data"),
    path("data/<uuid:token>/", personal.fetch, name="fetch_data"),
    path("rights/", own.rights, name="rights"),
    path("welcome/<str:key>/", own.Welcome.as_view(), name="welcome"),
]
