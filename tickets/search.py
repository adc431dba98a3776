"""Full text over tickets and comments: the generated column, its index and the query.

French and English are both searched, whatever the language of the text: a question in one finds the other's words
where they are the same, and nobody has to say in which language a ticket was written.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Value

# A vector over 1 MB makes the INSERT fail; two long texts of four-byte characters in two languages stay below it.
_SEARCHED = 60_000


class Document(Func):
    """`tsvector` over columns in both languages, the first column weighing most."""

    output_field = SearchVectorField()

    @staticmethod
    def field() -> SearchVectorField:
        """The field type of the generated column."""
        return SearchVectorField()

    @staticmethod
    def index(column: str, *, name: str) -> GinIndex:
        """The index of the generated column."""
        return GinIndex(fields=[column], name=name)

    def as_sql(self, compiler, connection, **_context):  # type: ignore[no-untyped-def]
        """One weighted vector per column and language, joined."""
        parts: list[str] = []
        params: list[object] = []
        for weight, expression in zip("ABCD", self.source_expressions, strict=False):
            sql, own = compiler.compile(expression)
            for language in ("fr", "en"):
                parts.append(f"setweight(to_tsvector('{language}'::regconfig, left({sql}, {_SEARCHED})), '{weight}')")
                params.extend(own)
        return f"({' || '.join(parts)})", params


class Question(Func):
    """`tsquery` of what a person typed, in both languages; never an error, whatever was typed."""

    template = "(websearch_to_tsquery('fr'::regconfig, %(expressions)s) || websearch_to_tsquery('en'::regconfig, %(expressions)s))"

    def __init__(self, text: str) -> None:
        super().__init__(Value(text[:500]), output_field=models.TextField())

    def as_sql(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        """The text stands twice in the statement, and so do its parameters."""
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, [*params, *params]
