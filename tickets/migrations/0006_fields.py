import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0001_initial'),
        ('tickets', '0005_approvals'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(help_text='Short and lasting: used by filters, imports and the API.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('\\A[a-z][a-z0-9_]*\\Z', 'Small letters, digits and underscores, a letter first.')], verbose_name='code')),
                ('label_fr', models.CharField(max_length=120, verbose_name='name in French')),
                ('label_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                ('help_fr', models.CharField(blank=True, max_length=300, verbose_name='help in French')),
                ('help_en', models.CharField(blank=True, max_length=300, verbose_name='help in English')),
                ('field_type', models.CharField(choices=[('text', 'Text'), ('long', 'Long text'), ('number', 'Number'), ('integer', 'Whole number'), ('boolean', 'Yes or no'), ('date', 'Date'), ('datetime', 'Date and time'), ('choice', 'One of a list'), ('choices', 'Several of a list'), ('person', 'Person'), ('url', 'Web address')], default='text', max_length=10, verbose_name='type')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='choices')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, help_text='Empty for all kinds.', size=None, verbose_name='kinds')),
                ('only_in_forms', models.BooleanField(default=False, help_text='It applies to no ticket by its kind: the forms that ask it name it.', verbose_name='asked by request forms only')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('is_public', models.BooleanField(default=False, help_text='Requesters see it and may fill it in.', verbose_name='shown to the requester')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.category', verbose_name='only for the category')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.service', verbose_name='only for the service')),
            ],
            options={
                'verbose_name': 'custom field',
                'verbose_name_plural': 'custom fields',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='FieldValues',
            fields=[
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='field_values', serialize=False, to='tickets.ticket', verbose_name='ticket')),
                ('data', models.JSONField(default=dict, verbose_name='values')),
            ],
            options={
                'verbose_name': 'values of custom fields',
                'verbose_name_plural': 'values of custom fields',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['data'], name='fieldvalues_data')],
            },
        ),
    ]
