"""Not versions alone: a relation of the graph may be parked too. What is parked stays so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("llm", "0001_initial")]
    operations = [
        migrations.RemoveConstraint("parked", "parked_once"),
        migrations.RenameField("parked", "version", "number"),
        migrations.AlterField("parked", "number", models.BigIntegerField()),
        migrations.AddField("parked", "kind", models.CharField(default="version", max_length=20)),
        migrations.AddConstraint(
            "parked",
            models.UniqueConstraint(fields=["projection", "kind", "number"], name="parked_once"),
        ),
    ]
