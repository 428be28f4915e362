"""Counts the ends of an account's sessions, and holds an employee number to one spelling."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0002_start_the_trail'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='person',
            name='one_person_a_number',
        ),
        migrations.AddField(
            model_name='account',
            name='sessions_ended',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Upper(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(models.F('number'), models.Value('‐'), models.Value('-')), models.Value('‑'), models.Value('-')), models.Value('‒'), models.Value('-')), models.Value('–'), models.Value('-')), models.Value('—'), models.Value('-')), models.Value('―'), models.Value('-')), models.Value('⁃'), models.Value('-')), models.Value('−'), models.Value('-'))), name='one_person_a_number'),
        ),
    ]
