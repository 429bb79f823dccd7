from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("series", "0001_initial")]

    operations = [
        migrations.AddField("standing", "period_end", models.DateField(null=True)),
        # Until now every closing was that of a calendar month.
        migrations.RunSQL(
            "UPDATE series_standing SET period_end = period_start + interval '1 month'", migrations.RunSQL.noop
        ),
        migrations.AlterField("standing", "period_end", models.DateField()),
    ]
