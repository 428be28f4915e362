"""The trail begins: its head, and with it its epoch."""

from django.db import migrations


def start(apps, schema_editor):
    apps.get_model("governance", "TrailHead").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [migrations.RunPython(start, migrations.RunPython.noop)]
