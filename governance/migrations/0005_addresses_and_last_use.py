"""Where a person's notices are mailed to, and when a key was used last."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0004_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='client',
            name='last_used_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='person',
            name='email',
            field=models.EmailField(blank=True, db_default='', default='', max_length=254),
        ),
    ]
