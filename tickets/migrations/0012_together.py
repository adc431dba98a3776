import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('tickets', '0011_items'),
    ]

    operations = [
        migrations.AddField(
            model_name='follower',
            name='is_muted',
            field=models.BooleanField(db_default=False, default=False, help_text='Sees the ticket and is told nothing.', verbose_name='muted'),
        ),
        migrations.CreateModel(
            name='CannedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.CharField(blank=True, max_length=80, verbose_name='folder')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('body_fr', models.TextField(blank=True, max_length=20000, verbose_name='text in French')),
                ('body_en', models.TextField(blank=True, max_length=20000, verbose_name='text in English')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('used', models.PositiveIntegerField(default=0, editable=False, verbose_name='times used')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('team', models.ForeignKey(blank=True, help_text='Nobody else is offered it; empty for all teams.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'canned answer',
                'verbose_name_plural': 'canned answers',
                'ordering': ['folder', 'title', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('body_en', ''), ('body_fr', ''), _negated=True), name='cannedanswer_has_text', violation_error_message='Write the text in at least one language.')],
            },
        ),
    ]
