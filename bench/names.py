"""What both sides of the benchmark know: who signs in."""

PASSWORD = "a password of the benchmark"  # noqa: S105 - of a throw-away installation
AGENT, REQUESTER = "agent0@bench.example", "person0@bench.example"
