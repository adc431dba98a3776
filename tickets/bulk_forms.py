"""The forms of acts on many tickets: one for each act, with the fields it needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.choices import Priority
from core.forms import DateTimeInput, MarkdownInput
from services.models import Category
from tickets import kinds
from tickets.choices import BulkAct, CommentKind, Status
from tickets.forms import AssignForm, PriorityForm, ReaderForm
from tickets.models import PendingReason, ResolutionCode
from tickets.relation_forms import RelationForm, TicketField


class BulkAssignForm(AssignForm):
    """To whom."""


class BulkMoveForm(ReaderForm):
    """The status to reach, and the words that its moves may need."""

    to = forms.ChoiceField(label=_("New status"), choices=())
    pending_reason = forms.ModelChoiceField(
        label=_("Why does it wait?"), queryset=PendingReason.objects.filter(is_active=True), required=False
    )
    pending_until = forms.DateTimeField(label=_("Until"), widget=DateTimeInput, required=False)
    resolution_code = forms.ModelChoiceField(
        label=_("How was it solved?"), queryset=ResolutionCode.objects.filter(is_active=True), required=False
    )
    cause = forms.CharField(
        label=_("Cause"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2})
    )
    solution = forms.CharField(
        label=_("Solution"), required=False, max_length=200_000, widget=forms.Textarea({"rows": 3})
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        reached = {
            step.to for kind in kinds.registry.all() for _left, step in kind.workflow if not step.automatic
        }
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [
            (status.value, status.label) for status in Status if status in reached - {Status.ASSIGNED}
        ]


class BulkCommentForm(ReaderForm):
    """The same message on each."""

    kind = forms.ChoiceField(label=_("To whom"), choices=CommentKind, initial=CommentKind.INTERNAL)
    body = forms.CharField(label=_("Text"), max_length=200_000, widget=MarkdownInput({"rows": 5}))


class BulkPriorityForm(PriorityForm):
    """A priority and why."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priority"].initial = Priority.MEDIUM


class BulkCategoryForm(ReaderForm):
    """A category, or none."""

    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.filter(is_active=True), required=False
    )


class NothingForm(ReaderForm):
    """An act that needs no words."""


class BulkParentForm(RelationForm):
    """The whole that they become part of."""

    parent = TicketField(label=_("The ticket they become part of"))


class BulkMergeForm(RelationForm):
    """The ticket that goes on."""

    into = TicketField(label=_("Merge into"))


FORMS: dict[str, type[forms.Form]] = {
    BulkAct.ASSIGN: BulkAssignForm,
    BulkAct.MOVE: BulkMoveForm,
    BulkAct.COMMENT: BulkCommentForm,
    BulkAct.PRIORITY: BulkPriorityForm,
    BulkAct.CATEGORY: BulkCategoryForm,
    BulkAct.FOLLOW: NothingForm,
    BulkAct.CLOSE: NothingForm,
    BulkAct.PARENT: BulkParentForm,
    BulkAct.MERGE: BulkMergeForm,
}
