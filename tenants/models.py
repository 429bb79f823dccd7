from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin, TenantMixin


class Client(TenantMixin):  # type: ignore[misc]
    """A client company: its schema, its look, its settings. Written by tenants.services alone."""

    ACTIVE, INACTIVE = "active", "inactive"

    auto_create_schema = False

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    name_kana = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, default=ACTIVE)
    hue = models.PositiveSmallIntegerField(default=1)
    timezone = models.CharField(max_length=40, default="Asia/Tokyo")
    mfa_required = models.BooleanField(default=False)
    postcode = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    schema_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    live_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code"]


class Domain(DomainMixin):  # type: ignore[misc]
    """A host name that leads to a client."""

    tenant = models.ForeignKey(Client, db_index=True, related_name="domains", on_delete=models.CASCADE)


class SpareSchema(models.Model):
    """A schema made ahead, with role, grants and tables, waiting for a client's name."""

    name = models.CharField(max_length=30, primary_key=True)
    schema_version = models.PositiveIntegerField()


class SchemaChange(models.Model):
    """The SQL of one migration of the client apps, recorded on the template and replayed on every client."""

    version = models.PositiveIntegerField(primary_key=True)
    app = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    sql = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "name"], name="schema_change_once")]


class PersonManager(BaseUserManager["Person"]):
    """Looks people up by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who logs in: one of the operator's people, or of one or several clients'."""

    id: int
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=5, default="ja")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    # The role at the company whose host this is; filled in by tenants.queries.member.
    role_here: str = ""

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person is at one company. client "" is the operator itself; role: a key of tenants.roles.ROLES."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    client = models.CharField(max_length=30, blank=True)
    role = models.CharField(max_length=30)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "person"], name="membership_once")]


class Team(models.Model):
    """A team of the operator's people; serves the clients that ServedClient names."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=60)


class TeamMember(models.Model):
    """A person in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="team_member_once")]


class ServedClient(models.Model):
    """A client that a team serves."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="serves")
    client = models.ForeignKey(Client, to_field="code", db_column="client", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "client"], name="served_client_once")]


class Invitation(models.Model):
    """An invitation by mail. The link carries a secret of which only the SHA-256 is kept; it expires in 48 hours."""

    client = models.CharField(max_length=30, blank=True)
    email = models.EmailField()
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=30)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A token for a client's programs: only its SHA-256 is kept; scoped and expiring."""

    client = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AccessLog(models.Model):
    """Who looked at, changed or took out what, of which client. Append-only."""

    at = models.DateTimeField()
    client = models.CharField(max_length=30, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["client", "-at"], name="access_log_client_at")]


class SessionManager(BaseSessionManager["Session"]):
    """Sessions, as Django's own manager keeps them."""

    use_in_migrations = True


class Session(AbstractBaseSession):
    """A session on one host: `client` is the client's code, "" on the operator's. Cookies and rows are per host."""

    client = models.CharField(max_length=30, blank=True)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta:
        indexes = [models.Index(fields=["expire_date"], name="session_expiry")]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from tenants.sessions import SessionStore

        return SessionStore
