"""A client's key becomes a row of its own, so that it can have another beside it."""

import django.db.models.deletion
from django.db import migrations, models

KEY = ("key_digest", "key_hint", "expires_at")


def give_keys(apps, schema_editor):
    """Each client the key that it is. What the trail says of it stays true: see `Client.state`."""
    Client, ClientKey = (apps.get_model("governance", n) for n in ("Client", "ClientKey"))
    ClientKey.objects.bulk_create(
        ClientKey(
            client=client,
            digest=client.key_digest,
            hint=client.key_hint,
            created_at=client.created_at,
            expires_at=client.expires_at,
            last_used_at=client.last_used_at,
        )
        for client in Client.objects.order_by("pk")
    )
    if schema_editor.connection.vendor == "postgresql":
        # A table is not altered while rows of this transaction still wait to be checked.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0011_comments_on_change_sets'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClientKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('hint', models.CharField(max_length=12)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='governance.client')),
            ],
        ),
        migrations.CreateModel(
            name='ClientUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('door', models.CharField(max_length=40)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('times', models.PositiveBigIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='governance.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'day', 'door', 'code'), name='one_count_of_client_use')],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caller', models.CharField(max_length=30)),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('begun_at', models.DateTimeField(db_index=True)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.JSONField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('caller', 'key'), name='one_answer_a_key')],
            },
        ),
        migrations.RunPython(give_keys),
        *(migrations.RemoveField(model_name='client', name=name) for name in KEY),
        migrations.AddField(
            model_name='client',
            name='source_classes',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='client',
            name='rate',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='client',
            name='burst',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='client',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('burst', None), ('rate', None)), models.Q(('burst__gte', 1), ('burst__isnull', False), ('rate__gte', 1), ('rate__isnull', False)), _connector='OR'), name='client_rate_comes_with_burst'),
        ),
    ]
