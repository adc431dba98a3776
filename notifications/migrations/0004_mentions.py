from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_visits_and_majors'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='about',
            field=models.CharField(choices=[('answer', 'someone answers on a request I made, follow or work on'), ('status', 'the state of such a request changes'), ('reported', 'someone reports something for me'), ('followed', 'someone makes me a follower'), ('assigned', 'a ticket is assigned to me'), ('team', 'a ticket comes to one of my teams'), ('note', 'a colleague writes an internal note on a ticket I work on'), ('approval', 'someone needs my approval'), ('decided', 'an approval I asked for, or one on a request of mine, is decided'), ('visit', 'an intervention on such a ticket is planned, moved, done or called off'), ('major', 'there is news of a major incident that touches me'), ('mention', 'a colleague calls on me with an @'), ('other', 'a file is added or the priority changes on such a ticket')], max_length=10, verbose_name='about'),
        ),
        migrations.AlterField(
            model_name='preference',
            name='about',
            field=models.CharField(choices=[('answer', 'someone answers on a request I made, follow or work on'), ('status', 'the state of such a request changes'), ('reported', 'someone reports something for me'), ('followed', 'someone makes me a follower'), ('assigned', 'a ticket is assigned to me'), ('team', 'a ticket comes to one of my teams'), ('note', 'a colleague writes an internal note on a ticket I work on'), ('approval', 'someone needs my approval'), ('decided', 'an approval I asked for, or one on a request of mine, is decided'), ('visit', 'an intervention on such a ticket is planned, moved, done or called off'), ('major', 'there is news of a major incident that touches me'), ('mention', 'a colleague calls on me with an @'), ('other', 'a file is added or the priority changes on such a ticket')], max_length=10, verbose_name='about'),
        ),
    ]
