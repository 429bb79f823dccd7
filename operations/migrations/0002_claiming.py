"""How items are claimed, and how the queue's table is kept in shape under it.

One round trip, its plans kept for the session. The function finds, without a lock, the first item in sight that is open
and wanted (the caller's next bookmark, see operations/bookmarks.py), and takes from there on what nobody else is taking.
Where little of what stands ahead is for this caller, the items of their clients are gathered instead of walking past
everybody else's. Sorting is discouraged because a plan that sorts the queue to take one item would be kept as well.
"""

from __future__ import annotations

from django.db import migrations

CLAIM = """
CREATE FUNCTION operations_claim(
    _kinds text[], _clients text[], _rank bigint, _item bigint, _seen bigint,
    _holder bigint, _name text, _at timestamptz, _count int
) RETURNS TABLE (place_rank bigint, place_item bigint, seen bigint, item operations_workitem)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];
    near boolean;
BEGIN
    seen := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

    SELECT r.rank, r.item_id INTO place_rank, place_item
      FROM operations_refill r
     WHERE r.xid >= _seen AND r.client = ANY(_clients) AND r.kind = ANY(_kinds)
       AND (r.rank, r.item_id) < (_rank, _item)
     ORDER BY r.rank + 0, r.item_id LIMIT 1;
    IF FOUND THEN
        _rank := place_rank;
        _item := place_item;
    END IF;

    SELECT n.rank, n.id INTO place_rank, place_item
      FROM (SELECT w.rank, w.id, w.client, w.kind FROM operations_workitem w
             WHERE w.state = 'open' AND (w.rank, w.id) >= (_rank, _item)
             ORDER BY w.rank, w.id LIMIT 2000) n
     WHERE n.client = ANY(_clients) AND n.kind = ANY(_kinds) LIMIT 1;
    near := FOUND;
    IF near THEN
        ids := ARRAY(
            SELECT w.id FROM operations_workitem w
             WHERE w.state = 'open' AND (w.rank, w.id) >= (place_rank, place_item)
               AND w.client = ANY(_clients) AND w.kind = ANY(_kinds)
             ORDER BY w.rank, w.id LIMIT _count FOR NO KEY UPDATE SKIP LOCKED);
    ELSE
        SELECT w.rank, w.id INTO place_rank, place_item FROM operations_workitem w
         WHERE w.state = 'open' AND w.client = ANY(_clients) AND w.kind = ANY(_kinds)
           AND (w.rank, w.id) >= (_rank, _item)
         ORDER BY w.rank + 0, w.id LIMIT 1;
        IF NOT FOUND THEN
            place_rank := 9223372036854775807;
            place_item := 0;
        END IF;
        ids := ARRAY(
            SELECT w.id FROM operations_workitem w
             WHERE w.state = 'open' AND w.client = ANY(_clients) AND w.kind = ANY(_kinds)
               AND (w.rank, w.id) >= (place_rank, place_item)
             ORDER BY w.rank + 0, w.id LIMIT _count FOR NO KEY UPDATE SKIP LOCKED);
    END IF;

    RETURN QUERY
        UPDATE operations_workitem w
           SET state = 'claimed', holder_id = _holder, holder_name = _name, claimed_at = _at
         WHERE w.id = ANY(ids)
        RETURNING place_rank, place_item, seen, w;
    IF NOT FOUND THEN
        item := NULL;
        RETURN NEXT;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION operations_claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operations_claim TO portal_operator
"""

TABLE = """
ALTER TABLE operations_workitem SET (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 1000
)
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [
        migrations.RunSQL(CLAIM, "DROP FUNCTION operations_claim"),
        migrations.RunSQL(TABLE, migrations.RunSQL.noop),
    ]
