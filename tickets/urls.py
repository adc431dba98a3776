"""Addresses of tickets."""

from django.urls import path

from tickets.urls_ledger import urlpatterns as of_the_ledger
from tickets.views import attachments, home, queue, setup, ticket

app_name = "tickets"

urlpatterns = [
    *of_the_ledger,
    path("home/", home.home, name="home"),
    path("queue/", queue.Queue.as_view(), name="queue"),
    path("queue/counts/", queue.counts, name="counts"),
    path("queue/lookup/", queue.lookup, name="lookup"),
    path("tickets/<str:reference>/", ticket.TicketPage.as_view(), name="detail"),
    path("tickets/<str:reference>/edit/", ticket.EditPage.as_view(), name="edit"),
    path("tickets/<str:reference>/take/", ticket.take, name="take"),
    path("tickets/<str:reference>/assign/", ticket.AssignPage.as_view(), name="assign"),
    path("tickets/<str:reference>/pass-on/", ticket.PassOnPage.as_view(), name="pass_on"),
    path("tickets/<str:reference>/priority/", ticket.PriorityPage.as_view(), name="priority"),
    path("tickets/<str:reference>/priority/clear/", ticket.clear_priority, name="clear_priority"),
    path("tickets/<str:reference>/move/<slug:to>/", ticket.MovePage.as_view(), name="move"),
    path("tickets/<str:reference>/make/<slug:to>/", ticket.make_move, name="make_move"),
    path("tickets/<str:reference>/write/", ticket.write, name="write"),
    path("tickets/<str:reference>/follow/", ticket.follow, name="follow"),
    path("tickets/<str:reference>/unfollow/", ticket.unfollow, name="unfollow"),
    path("tickets/<str:reference>/watermark/", ticket.watermark, name="watermark"),
    path("tickets/<str:reference>/panels/", ticket.panels, name="panels"),
    path("comments/<int:key>/edit/", ticket.EditComment.as_view(), name="edit_comment"),
    path("comments/<int:key>/withdraw/", ticket.withdraw, name="withdraw"),
    path("comments/<int:key>/publish/", ticket.publish, name="publish"),
    path("manage/pending-reasons/", setup.PendingReasons.as_view(), name="pending_reasons"),
    path("manage/pending-reasons/new/", setup.EditReason.as_view(), name="new_pending_reason"),
    path("manage/pending-reasons/<int:pk>/", setup.EditReason.as_view(), name="pending_reason"),
    path("manage/resolution-codes/", setup.ResolutionCodes.as_view(), name="resolution_codes"),
    path("manage/resolution-codes/new/", setup.EditCode.as_view(), name="new_resolution_code"),
    path("manage/resolution-codes/<int:pk>/", setup.EditCode.as_view(), name="resolution_code"),
    path("manage/delays/", setup.Policies.as_view(), name="policies"),
    path("manage/delays/new/", setup.EditPolicy.as_view(), name="new_policy"),
    path("manage/delays/<int:pk>/", setup.EditPolicy.as_view(), name="policy"),
    path("manage/priorities/", setup.Matrix.as_view(), name="matrix"),
    path("attachments/", attachments.upload, name="upload"),
    path("attachments/<uuid:token>/", attachments.download, name="download"),
]
