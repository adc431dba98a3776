from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes that match the queue of one team, whatever the status, and its unassigned work."""

    dependencies = [("tickets", "0002_initial")]

    operations = [
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
