"""Changes no table: the triggers ask for more, and `migrate` puts them in their place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("governance", "0006_versions_of_a_source_by_due")]
    operations = []
