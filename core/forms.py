"""How every form of the portal is drawn and read: one renderer, one form template, one field template."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.exceptions import WHOLE, Refused


class Renderer(DjangoTemplates):
    """Django's form templates with ours in front."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    @cached_property
    def engine(self) -> Backend:
        built_in = super().engine
        return Backend(
            {
                "APP_DIRS": True,
                "DIRS": [settings.BASE_DIR / "templates", *built_in.dirs],
                "NAME": "vigieforms",
                "OPTIONS": {},
            }
        )


class MarkdownInput(forms.Textarea):
    """A text area with a toolbar, a preview tab and pasted pictures; without scripts, a plain text area.

    `draft` names the text saved on the server while it is typed; `files` is the name of the file field beside
    it
    that receives pasted pictures.
    """

    template_name = "forms/widgets/markdown.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, draft: str = "", files: str = "") -> None:
        super().__init__({"rows": 6, **(attrs or {})})
        self.draft = draft
        self.files = files

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        preview = reverse("core:preview")
        draft = reverse("core:draft", args=[self.draft]) if self.draft else ""
        context["widget"].update(preview=preview, draft=draft, draft_key=self.draft, files=self.files)
        return context


class FilesInput(forms.ClearableFileInput):
    """Several files at once, from the file dialog, the camera of a phone, a drop or a paste."""

    allow_multiple_selected = True
    template_name = "forms/widgets/files.html"


class FilesField(forms.FileField):
    """A list of uploads; the content of each is checked by `core.files.inspect` in the action."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("Attachments"))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The uploads, in their order; an empty list where there are none."""
        uploads = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(upload, initial) for upload in uploads if upload]


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own date and time picker, to the minute, in the person's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal of an action beside the fields it names; what names no field of the form goes on top."""
    for name, messages in refused.errors.items():
        known = name if name != WHOLE and name in form.fields else None
        for message in messages:
            form.add_error(known, message)


def error_summary(form: forms.BaseForm) -> Iterable[dict[str, Any]]:
    """The errors of a form for its summary: label and id of the field, and the messages."""
    for name, messages in form.errors.items():
        if name not in form.fields:
            continue
        bound = form[name]
        yield {"label": bound.label, "target": bound.id_for_label or bound.auto_id, "messages": messages}
