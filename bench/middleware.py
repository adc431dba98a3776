"""Counting the SQL statements of a request."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASKED = "X-Count-Statements"
TOLD = "X-Statements"


class StatementCountMiddleware:
    """Tells the number of statements in a header of the answer, only where the request asks: counting takes time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASKED not in request.headers:
            return self._get_response(request)
        statements: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
            statements.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = self._get_response(request)
        response[TOLD] = str(len(statements))
        if request.headers[ASKED] == "print":
            print(*statements, sep="\n\n", flush=True)  # noqa: T201 - asked for
        return response
