"""`{% csrf_token %}` as every form of the portal has it: with the token that makes the form be done once."""

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import once

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """The hidden fields of a form that acts."""
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # noqa: S105
        return SafeString("")
    hidden = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    request = context.get("request")
    form = once.token_for(request) if request is not None else ""
    if not form:
        return hidden
    return format_html('{}<input type="hidden" name="{}" value="{}">', hidden, once.FIELD, form)
