"""People and rights in the administration, `/manage/…`."""

from django.urls import path

from accounts.views import entities, people, personal, rights, teams

app_name = "accounts"

urlpatterns = [
    path("people/", people.PeopleList.as_view(), name="people"),
    path("people/search/", people.search, name="people_search"),
    path("people/new/", people.NewPerson.as_view(), name="create_person"),
    path("people/<int:pk>/", people.PersonPage.as_view(), name="person"),
    path("people/<int:pk>/edit/", people.EditPerson.as_view(), name="edit_person"),
    path("people/<int:pk>/invite/", people.invite, name="invite"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("people/<int:pk>/end-sessions/", people.end_sessions, name="end_sessions"),
    path("people/<int:pk>/personal-data/", personal.personal_data, name="personal_data"),
    path("people/<int:pk>/personal-data/ask/", personal.ask, name="ask_data"),
    path("people/<int:pk>/erase/", personal.ErasePage.as_view(), name="erase"),
    path("people/<int:pk>/rights/", people.rights, name="person_rights"),
    path("people/<int:pk>/absences/new/", people.NewAbsence.as_view(), name="create_absence"),
    path("absences/<int:pk>/cancel/", people.cancel_absence, name="cancel_absence"),
    path("tokens/<int:pk>/revoke/", people.revoke_token, name="revoke_token"),
    path("teams/", teams.TeamList.as_view(), name="teams"),
    path("teams/new/", teams.NewTeam.as_view(), name="create_team"),
    path("teams/<int:pk>/", teams.TeamPage.as_view(), name="team"),
    path("teams/<int:pk>/edit/", teams.EditTeam.as_view(), name="edit_team"),
    path("teams/<int:pk>/delete/", teams.delete, name="delete_team"),
    path("teams/<int:pk>/members/add/", teams.AddMember.as_view(), name="add_member"),
    path("teams/<int:pk>/members/<int:user_pk>/", teams.change_member, name="change_member"),
    path("entities/", entities.tree, name="entities"),
    path("entities/new/", entities.NewEntity.as_view(), name="create_entity"),
    path("entities/<int:pk>/", entities.EntityPage.as_view(), name="entity"),
    path("entities/<int:pk>/edit/", entities.EditEntity.as_view(), name="edit_entity"),
    path("entities/<int:pk>/delete/", entities.delete, name="delete_entity"),
    path("roles/", rights.matrix, name="roles"),
    path("roles/new/", rights.NewRole.as_view(), name="create_role"),
    path("roles/<int:pk>/", rights.RolePage.as_view(), name="role"),
    path("roles/<int:pk>/edit/", rights.EditRole.as_view(), name="edit_role"),
    path("roles/<int:pk>/delete/", rights.delete_role, name="delete_role"),
    path("grants/new/", rights.NewGrant.as_view(), name="create_grant"),
    path("grants/<int:pk>/revoke/", rights.revoke, name="revoke_grant"),
]
