from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0013_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='follower',
            name='is_internal',
            field=models.BooleanField(db_default=False, default=False, help_text='Called on in an internal note: the requester is not shown it.', verbose_name='internal'),
        ),
    ]
