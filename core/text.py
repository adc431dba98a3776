"""Small helpers over text."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, for comparing and sorting."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def sort_name(text: str) -> str:
    """The stored sort key of a name: folded, single spaces. `Lower(Unaccent())` could not be indexed."""
    return " ".join(fold(text).split())


def first_line(text: str, limit: int) -> str:
    """The first line that says something, cut to `limit` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
