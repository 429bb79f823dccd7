"""What a client's role may do with the shared tables, and which rows it sees. The upgrade applies it.

A shared table that is not listed here is out of reach for every client's role. The condition stands in a row-level
security policy; `portal_operator` sees everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import scope

ME = "split_part(current_user::text, ':', 2)"
OWN = f"client = {ME}"
MY_PEOPLE = f"(SELECT m.person_id FROM tenants_membership m WHERE m.client = {ME})"
MINE_BY_USER = f"user_id IN {MY_PEOPLE}"


def _on_host(client: str) -> str:
    return f"session_key IN (SELECT s.session_key FROM tenants_session s WHERE s.client = {client})"


@dataclass(frozen=True)
class Wall:
    """rights: SQL privileges of the clients' roles. rows: the condition on the rows they see and write.

    operator: the condition on the rows that portal_operator sees and writes; all, where it says nothing.
    """

    rights: str
    rows: str
    operator: str = "true"


SHARED: dict[str, Wall] = {
    "tenants_client": Wall("SELECT", f"code = {ME}"),
    "tenants_domain": Wall("SELECT", f"tenant_id IN (SELECT id FROM tenants_client WHERE code = {ME})"),
    "tenants_membership": Wall("SELECT, INSERT, UPDATE, DELETE", OWN),
    "tenants_person": Wall("SELECT, UPDATE", f"id IN {MY_PEOPLE}"),
    "tenants_invitation": Wall("SELECT, INSERT, UPDATE", OWN),
    "tenants_apitoken": Wall("SELECT, INSERT, UPDATE", OWN),
    "tenants_accesslog": Wall("SELECT, INSERT", OWN),
    "tenants_session": Wall("SELECT, INSERT, UPDATE, DELETE", OWN),
    "jobs_job": Wall("SELECT, INSERT", OWN),
    "operations_workitem": Wall("SELECT, INSERT, UPDATE", OWN),
    "operations_refill": Wall("SELECT, INSERT", OWN),
    "operations_tally": Wall("SELECT, INSERT", OWN),
    "preferences_preference": Wall("SELECT, INSERT, UPDATE", OWN),
    "series_issuer": Wall("SELECT", "true"),
    "series_standing": Wall("SELECT, INSERT, UPDATE", OWN),
    "series_series": Wall("SELECT, INSERT, UPDATE", "true"),
    "account_emailaddress": Wall("SELECT, INSERT, UPDATE, DELETE", MINE_BY_USER),
    "account_emailconfirmation": Wall(
        "SELECT, INSERT, UPDATE, DELETE", "email_address_id IN (SELECT id FROM account_emailaddress)"
    ),
    "mfa_authenticator": Wall("SELECT, INSERT, UPDATE, DELETE", MINE_BY_USER),
    # A person of two companies has sessions on two hosts: allauth, which clears away sessions that it cannot open,
    # must see those of the host at hand only.
    "usersessions_usersession": Wall(
        "SELECT, INSERT, UPDATE, DELETE", f"{MINE_BY_USER} AND {_on_host(ME)}", operator=_on_host("''")
    ),
}

# Tables of the clients' schemas whose rows are never changed or taken away.
APPEND_ONLY = ("core_event",)
# The operator's own append-only tables.
SHARED_APPEND_ONLY = ("tenants_accesslog",)


def statements() -> list[str]:
    """The SQL that builds every wall afresh; idempotent."""
    built = [s for table, wall in SHARED.items() for s in _wall(table, wall)]
    return built + [f"REVOKE UPDATE, DELETE, TRUNCATE ON {t} FROM portal_operator" for t in SHARED_APPEND_ONLY]


def _wall(table: str, wall: Wall) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS operator_sees_all ON {table}",
        f"CREATE POLICY operator_sees_all ON {table} TO portal_operator"
        f" USING ({wall.operator}) WITH CHECK ({wall.operator})",
        f"DROP POLICY IF EXISTS client_sees_own ON {table}",
        f"CREATE POLICY client_sees_own ON {table} TO portal_client USING ({wall.rows}) WITH CHECK ({wall.rows})",
        f"REVOKE ALL ON {table} FROM portal_client",
        f"GRANT {wall.rights} ON {table} TO portal_client",
    ]


def build() -> None:
    """Build the walls on the shared tables. In the owner's scope."""
    with scope.connection().cursor() as cursor:
        cursor.execute(";\n".join(statements()))
