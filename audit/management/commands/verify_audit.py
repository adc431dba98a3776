"""`manage.py verify_audit`: whether the audit trail is whole."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit import actions


class Command(BaseCommand):
    """Checks the chain from its first link, the heads noted outside the database, and what stands outside it."""

    help = (
        "Verify the audit trail: each entry against its link in the chain, each link against the one before, the chain "
        "against the heads noted outside the database each minute, and that nothing older than a minute is unsealed. "
        "Exit code 0 where all is whole, 1 where it is not; the first broken entry is named first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
        parser.add_argument(
            "--seal", action="store_true", help="seal what waits before verifying, where no worker runs"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Verify, print and leave with the code."""
        if options["seal"]:
            actions.seal(whole=True)
        report = actions.verify()
        if options["json"]:
            self.stdout.write(json.dumps(report.told(), indent=2))
        else:
            self._tell(report)
        if not report.is_whole:
            raise SystemExit(1)

    def _tell(self, report: actions.Report) -> None:
        self.stdout.write(
            f"{report.entries} entries, {report.head_seq} links, {report.anchors} anchors "
            f"(last {report.last_anchor or 'none'}), {report.seconds} s"
        )
        for fault in report.faults:
            self.stdout.write(f"BROKEN {fault.code}: {fault.detail}")
        self.stdout.write("The trail is whole." if report.is_whole else "The trail is NOT whole.")
