"""Names shared by the parts of major incidents."""

# Topic of the outbox: a public entry to spread to everybody it touches; its key is that of the entry.
UPDATE_TOPIC = "majors.update"
# Topic of the outbox: one mail of such an entry.
MAIL_TOPIC = "majors.mail"


class Act:
    """What an event of the verb `declared` says was done; kept in its data."""

    DECLARED = "declared"
    CHANGED = "changed"
    UPDATE = "update"
    CHILD = "child"
    REVIEWED = "reviewed"
