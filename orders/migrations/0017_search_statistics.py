from django.db import migrations

# Of the usual hundred samples a name that one in sixty has is in none or two. Where it is in none, PostgreSQL takes it
# for all but unheard of, and reads every order instead of the newest ones until a page is full.
FINE = "ALTER TABLE orders_order ALTER COLUMN search SET STATISTICS 1000"
USUAL = "ALTER TABLE orders_order ALTER COLUMN search SET STATISTICS -1"


class Migration(migrations.Migration):
    dependencies = [("orders", "0016_rule_order")]

    operations = [migrations.RunSQL(FINE, USUAL)]
