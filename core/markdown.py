"""Markdown to safe HTML: rendered without raw HTML, then cleaned again."""

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from core.text import first_line

_PARSER = MarkdownIt("gfm-like", {"html": False, "linkify": True, "breaks": True})

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    """Drop images that are not served by the portal: a remote image tells its owner who reads."""
    if tag == "img" and attribute == "src" and (not value.startswith("/") or value.startswith("//")):
        return None
    return value


def render(text: str) -> SafeString:
    """HTML of a Markdown text, safe to put into a page."""
    cleaned = nh3.clean(
        _PARSER.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_own_images_only,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308


def plain(text: str, limit: int) -> str:
    """The first line of a Markdown text without its marks, cut to `limit` characters."""
    return first_line(strip_tags(_PARSER.render(text[:4000])), limit)
