"""`make bench`: how fast the pages and the API are with a thousand tickets, a hundred thousand and a million.

Each page is asked for by one client in turn with an empty signed-in page of the same server, so that whatever else the
machine does touches both alike; what counts is the multiple.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.client import Client
from bench.installation import Installation, memory_of
from bench.middleware import ASKED, TOLD
from bench.names import AGENT, REQUESTER
from bench.words import COMMON, RARE
from itsm.places import var_dir

SIZES = "1000,100000,1000000"
# Multiples of the empty page that the design allows with a million tickets, and the growth from a tenth of them.
GROWTH = 1.3
MEMORY = 160
# The statement that every page needs to know who asks, the empty one too.
OF_THE_PERSON = 1


@dataclass(frozen=True)
class Case:
    """One thing asked for."""

    name: str
    budget: float | None
    statements: int | None
    by: str
    method: str
    address: Callable[[], str]
    body: Callable[[], str] = str
    expected: int = 200


@dataclass(frozen=True)
class Result:
    """What was measured: milliseconds, multiple of the empty page, statements beyond that page's one, kilobytes."""

    case: str
    median: float
    p95: float
    multiple: float
    statements: int
    size: float


def cases(facts: dict[str, Any]) -> list[Case]:
    """Everything that is measured, with the budget of the design where it names one."""
    tickets, own = cycle(facts["tickets"]), cycle(facts["own"] or facts["tickets"])
    numbers = iter(range(10**9))
    team = facts["team"]

    def ticket() -> str:
        return json.dumps(
            {"title": f"Benchmark {next(numbers)}", "description": "The printer does not print. " * 8}
        )

    def comment() -> str:
        return json.dumps({"body": f"Benchmark {next(numbers)}. We looked into it and will tell you more. "})

    def page(name: str, budget: float | None, statements: int | None, address: str, by: str = AGENT) -> Case:
        return Case(name, budget, statements, by, "GET", lambda: address)

    return [
        page("queue page", 7, 6, "/queue/"),
        page("queue page, all open", 7, 6, "/queue/?view=open"),
        page("queue page, all tickets", 7, 6, "/queue/?view=all"),
        page("filtered queue", 7, 6, f"/queue/?view=all&team={team}&status=closed"),
        page("filtered queue, priority", 7, 6, "/queue/?view=open&priority=1,2"),
        page("second page of the queue", 7, 6, "/queue/?view=all&page=2"),
        page("search, rare word", 9, 6, f"/queue/?view=all&q={RARE}"),
        page("search, common word", 9, 6, f"/queue/?view=all&q={COMMON}"),
        Case("ticket page", 6, 8, AGENT, "GET", lambda: f"/tickets/{next(tickets)}/"),
        page("ticket page, 500 events", None, 8, f"/tickets/{facts['long']}/"),
        Case("panels of a ticket", None, None, AGENT, "GET", lambda: f"/tickets/{next(tickets)}/panels/"),
        page("incidents", 7, 6, "/incidents/"),
        page("requests", 7, 6, "/requests/"),
        page("problems", 7, 6, "/problems/"),
        page("changes", 7, 6, "/changes/"),
        page("item page in a graph of 5,000", None, None, f"/items/{facts['item']}/"),
        page("graph of 5,000 items", None, None, f"/services/{facts['service']}/graph/"),
        page("home of a technician", 5, None, "/home/"),
        page("home of a requester", 5, None, "/portal/", REQUESTER),
        page("requests of a requester", 7, 6, "/portal/requests/", REQUESTER),
        Case("request page", 6, 8, REQUESTER, "GET", lambda: f"/portal/requests/{next(own)}/"),
        page("API list", 4, 6, "/api/v1/tickets/", "token"),
        page("API search, common word", 9, 6, f"/api/v1/tickets/?q={COMMON}", "token"),
        Case("API one ticket", 3, 8, "token", "GET", lambda: f"/api/v1/tickets/{next(tickets)}/"),
        Case("API create", 5, 8, "token", "POST", lambda: "/api/v1/tickets/", ticket, 201),
        Case(
            "API comment",
            3.5,
            7,
            "token",
            "POST",
            lambda: f"/api/v1/tickets/{next(tickets)}/comments/",
            comment,
            201,
        ),
    ]


def measure(case: Case, client: Client, empty: Client, *, rounds: int) -> Result:
    """Ask for it and for the empty page in turn."""
    for one in (client, empty):
        # The server ends a connection that was silent for some seconds.
        one.connection.close()
    content, answer = client.ask(
        case.method, case.address(), body=case.body(), expected=case.expected, headers={ASKED: "yes"}
    )
    for _ in range(max(3, rounds // 5)):
        client.time(case.method, case.address(), body=case.body(), expected=case.expected)
    times, empties = [], []
    for _ in range(rounds):
        empties.append(empty.time("GET", "/bench/empty/"))
        times.append(client.time(case.method, case.address(), body=case.body(), expected=case.expected))
    median = statistics.median(times)
    return Result(
        case.name, median, sorted(times)[int(len(times) * 0.95)], median / statistics.median(empties),
        int(answer.headers[TOLD]) - OF_THE_PERSON, len(content) / 1024,
    )  # fmt: skip


def bench(installation: Installation, sizes: list[int], *, rounds: int, only: str) -> Iterator[str]:
    """Measure at each size; the lines of the report in Markdown."""
    before: dict[str, Result] = {}
    for size in sizes:
        facts = installation.fill(size)
        with installation.server() as server:
            clients = {name: Client(installation.port) for name in (AGENT, REQUESTER)}
            for name, client in clients.items():
                client.sign_in(name)
            clients["token"] = Client(installation.port, token=facts["token"])
            chosen = [case for case in cases(facts) if only in case.name]
            found = [measure(case, clients[case.by], clients[AGENT], rounds=rounds) for case in chosen]
            memory = memory_of(server)
        base = statistics.median(result.median / result.multiple for result in found)
        yield f"\n### {facts['rows']['tickets']:,} tickets, {facts['rows']['comments']:,} comments\n"
        yield f"Empty signed-in page: {base:.2f} ms. Server with two workers: {memory:.0f} MiB (budget {MEMORY}).\n"
        yield from table(chosen, found, before if size == sizes[-1] else {})
        before = {result.case: result for result in found}


def table(chosen: list[Case], found: list[Result], before: dict[str, Result]) -> Iterator[str]:
    """One size as a table; a star marks what is beyond its budget."""
    growth = " growth |" if before else ""
    yield f"| page | median ms | p95 ms | × empty page | budget | statements | kB |{growth}"
    yield f"|---|---|---|---|---|---|---|{'---|' if before else ''}"
    for case, result in zip(chosen, found, strict=True):
        budget = f"{case.budget:g}" if case.budget else "–"
        grown = result.multiple / before[case.name].multiple if before else 0.0
        last = f" {grown:.2f}{_star(grown, GROWTH)} |" if before else ""
        multiple = f"{result.multiple:.1f}{_star(result.multiple, case.budget)}"
        statements = f"{result.statements}{_star(result.statements, case.statements)}"
        times = f"{result.median:.1f} | {result.p95:.1f}"
        yield f"| {case.name} | {times} | {multiple} | {budget} | {statements} | {result.size:.0f} |{last}"


def _star(value: float, limit: float | None) -> str:
    return " *" if limit is not None and value > limit else ""


def main() -> int:
    """Read the options, make an installation, measure, and remove it."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="numbers of tickets, rising (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=200, help="times each page is asked for (default: %(default)s)"
    )
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--port", type=int, default=8990, help="port of the server (default: %(default)s)")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the data in this folder, and use what is there"
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if options.keep is None:
        var_dir().mkdir(parents=True, exist_ok=True)
    var = (options.keep or Path(tempfile.mkdtemp(prefix="bench-", dir=var_dir()))).absolute()
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o711)
    installation = Installation(var, options.port)
    try:
        with installation.engines():
            installation.prepare()
            for line in bench(installation, sizes, rounds=options.rounds, only=options.only):
                print(line, flush=True)  # noqa: T201 - the report
    finally:
        if options.keep is None:
            installation.remove()
            shutil.rmtree(var, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
