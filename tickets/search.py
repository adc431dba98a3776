"""Full text over tickets and comments: the generated column, its index and the query.

French and English are both searched, whatever the language of the text: a question in one finds the other's words
where they are the same, and nobody has to say in which language a ticket was written.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchVectorField
from django.db.models import Func

# A vector over 1 MB makes the INSERT fail; two long texts of four-byte characters in two languages stay below it.
_SEARCHED = 60_000


class Document(Func):
    """`tsvector` over columns in both languages, the first column weighing most."""

    output_field = SearchVectorField()

    @staticmethod
    def column() -> SearchVectorField:
        """The field type of the generated column."""
        return SearchVectorField()

    @staticmethod
    def index(name_of_column: str, *, name: str) -> GinIndex:
        """The index of the generated column."""
        return GinIndex(fields=[name_of_column], name=name)

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """One weighted vector per column and language, joined."""
        parts: list[str] = []
        params: list[Any] = []
        for weight, expression in zip("ABCD", self.source_expressions, strict=False):
            sql, own = compiler.compile(expression)
            for language in ("fr", "en"):
                parts.append(
                    f"setweight(to_tsvector('{language}'::regconfig, left({sql}, {_SEARCHED})), '{weight}')"
                )
                params.extend(own)
        return f"({' || '.join(parts)})", params


def question(text: str) -> SearchQueryCombinable:
    """The query of what a person typed, in both languages; never an error, whatever was typed."""
    text = text.replace("\x00", " ")[:500]
    return SearchQuery(text, config="fr", search_type="websearch") | SearchQuery(
        text, config="en", search_type="websearch"
    )
