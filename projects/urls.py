"""Addresses of projects and tasks."""

from django.urls import path

from projects.views import board, gantt, parts, projects, tasks

app_name = "projects"

urlpatterns = [
    path("projects/", projects.ProjectList.as_view(), name="list"),
    path("projects/new/", projects.NewProject.as_view(), name="create"),
    path("projects/<slug:code>/", projects.ProjectPage.as_view(), name="detail"),
    path("projects/<slug:code>/edit/", projects.EditProject.as_view(), name="edit"),
    path("projects/<slug:code>/board/", board.board, name="board"),
    path("projects/<slug:code>/board/move/", board.move, name="move"),
    path("projects/<slug:code>/gantt/", gantt.page, name="gantt"),
    path("projects/<slug:code>/gantt.svg", gantt.picture, name="gantt_svg"),
    path("projects/<slug:code>/phases/new/", parts.NewPhase.as_view(), name="create_phase"),
    path("projects/<slug:code>/phases/<int:pk>/", parts.EditPhase.as_view(), name="phase"),
    path("projects/<slug:code>/phases/<int:pk>/remove/", parts.remove_phase, name="remove_phase"),
    path("projects/<slug:code>/milestones/new/", parts.NewMilestone.as_view(), name="create_milestone"),
    path("projects/<slug:code>/milestones/<int:pk>/", parts.EditMilestone.as_view(), name="milestone"),
    path("projects/<slug:code>/milestones/<int:pk>/reach/", parts.reach_milestone, name="reach_milestone"),
    path("projects/<slug:code>/milestones/<int:pk>/remove/", parts.remove_milestone, name="remove_milestone"),
    path("tasks/", tasks.TaskList.as_view(), name="tasks"),
    path("tasks/new/", tasks.NewTask.as_view(), name="create_task"),
    path("tasks/<str:reference>/plan/", tasks.PlanPage.as_view(), name="plan"),
    path("tasks/<str:reference>/dependencies/new/", tasks.AddDependency.as_view(), name="add_dependency"),
    path("tasks/dependencies/<int:pk>/remove/", tasks.remove_dependency, name="remove_dependency"),
]
