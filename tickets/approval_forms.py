"""The forms of approvals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from tickets.forms import ReaderForm, teams_of
from tickets.models.approvals import Answer, Quorum
from tickets.people_forms import PeopleField


class DecideForm(forms.Form):
    """Yes or no, and why; each of the two buttons sends its own answer."""

    decision = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(Answer.APPROVED, _("Approve")), (Answer.REFUSED, _("Refuse"))],
        error_messages={"required": _("Approve or refuse.")},
    )
    reason = forms.CharField(
        label=_("A word on it"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed where you refuse: who asked for it reads this."),
    )  # fmt: skip


class AskForm(ReaderForm):
    """Who is asked, and how many of them have to approve."""

    name = forms.CharField(
        label=_("What is to be approved"), max_length=120, required=False,
        help_text=_("The name of the step, for example “Budget”."),
    )  # fmt: skip
    people = PeopleField(label=_("People"), required=False)
    teams = forms.ModelMultipleChoiceField(
        label=_("Members of teams"), queryset=Team.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    quorum = forms.ChoiceField(label=_("How many have to approve"), choices=Quorum, initial=Quorum.ANY)
    percent = forms.IntegerField(
        label=_("Share in percent"), required=False, min_value=1, max_value=100, initial=50,
        help_text=_("Only for a share of them."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].limit_to(user)
        fields["teams"].queryset = teams_of(user)
