"""What holds tickets together: walking merges in the database, open parts, and acts on many tickets."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# From a ticket to the one it was merged into in the end, and back to all that were merged into it.
CREATE = """
CREATE FUNCTION tickets_survivor(key bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE chain(id, next) AS (
        SELECT ticket.id, ticket.merged_into_id FROM tickets_ticket ticket WHERE ticket.id = key
        UNION
        SELECT ticket.id, ticket.merged_into_id
        FROM tickets_ticket ticket JOIN chain ON ticket.id = chain.next
    ) SELECT id FROM chain WHERE next IS NULL
$$;
CREATE FUNCTION tickets_family(key bigint) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE family(id) AS (
        SELECT key
        UNION
        SELECT ticket.id FROM tickets_ticket ticket JOIN family ON ticket.merged_into_id = family.id
    ) SELECT array_agg(id) FROM family
$$;
"""
DROP = "DROP FUNCTION tickets_survivor(bigint); DROP FUNCTION tickets_family(bigint);"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("tickets", "0007_ledger"),
    ]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddField(
            model_name="policy",
            name="parent_close",
            field=models.CharField(
                choices=[("block", "Refuse, and name the open parts"), ("cascade", "End the parts as well")],
                default="block",
                help_text="What happens when a ticket is resolved or closed while parts of it are still open.",
                max_length=8,
                verbose_name="open parts",
            ),
        ),
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("assign", "Assign"),
                            ("move", "Change the status"),
                            ("comment", "Write a message"),
                            ("priority", "Set the priority"),
                            ("category", "Set the category"),
                            ("follow", "Follow"),
                            ("close", "Close"),
                            ("parent", "Make part of a ticket"),
                            ("merge", "Merge into a ticket"),
                        ],
                        max_length=12,
                        verbose_name="act",
                    ),
                ),
                ("values", models.JSONField(default=dict, verbose_name="with")),
                ("total", models.PositiveIntegerField(verbose_name="tickets")),
                ("created_at", models.DateTimeField(verbose_name="asked for at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk act",
                "verbose_name_plural": "bulk acts",
                "indexes": [
                    models.Index(
                        models.F("by"), models.OrderBy(models.F("id"), descending=True), name="bulk_newest"
                    ),
                    models.Index(
                        models.F("id"), condition=models.Q(("finished_at", None)), name="bulk_unfinished"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="why not")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="tickets.bulkjob",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket of a bulk act",
                "verbose_name_plural": "tickets of a bulk act",
                "indexes": [
                    models.Index(models.F("job"), models.F("state"), models.F("id"), name="bulk_next")
                ],
                "constraints": [models.UniqueConstraint(fields=("job", "ticket"), name="bulk_ticket_once")],
            },
        ),
    ]
