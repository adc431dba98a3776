from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for changes, and indexes that match the queue of one team and its unassigned work."""

    dependencies = [("tickets", "0002_initial")]

    operations = [
        # Every act touches version and time of change, which no index holds: with room in its page the row moves
        # within it and none of the indexes is written. Without, a comment on an old ticket took 8 ms in place of 2.
        migrations.RunSQL(
            "ALTER TABLE tickets_ticket SET (fillfactor = 85)", "ALTER TABLE tickets_ticket RESET (fillfactor)"
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("team"),
                models.F("status"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="ticket_team_status",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("team"),
                models.F("priority"),
                models.F("due_at"),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("assignee", None), ("is_open", True)),
                name="open_free",
            ),
        ),
    ]
