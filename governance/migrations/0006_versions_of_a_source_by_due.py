"""The day on which a source is due is found without a walk over every version."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0005_addresses_and_last_use'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='version',
            index=models.Index(
                fields=['source', 'status', 'review_due'], name='version_of_source_by_due'
            ),
        ),
    ]
