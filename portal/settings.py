"""Django's settings. What differs between deployments comes from the environment, see portal/env.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import env, logs
from portal.endpoints import Endpoints

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = env.read()

MODE = ENV.portal_mode
PRODUCTION = MODE == "production"
DEBUG = False
VAR = ENV.portal_var if ENV.portal_var.is_absolute() else BASE_DIR / ENV.portal_var
BUILT_IN = Endpoints.below(VAR)
MOVED_CLOCK = ENV.portal_moved_clock
BASE_DOMAIN = ENV.base_domain
SITE_PORT = ENV.port
SITE_SCHEME = "https" if PRODUCTION else "http"


def _secret(name: str, given: str) -> str:
    """A secret from the environment, or the one that the embedded set-up made and keeps under var/."""
    kept = VAR / "secrets" / name
    if given or not kept.exists():
        return given or f"{name}-of-a-portal-that-was-not-set-up-and-protects-nothing"
    return kept.read_text().strip()


SECRET_KEY = _secret("secret_key", ENV.secret_key.get_secret_value())
ENCRYPTION_KEY = _secret("encryption_key", ENV.encryption_key.get_secret_value())


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "core.backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": ENV.database_max_age,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
        "TIME_ZONE": "UTC",
    }


DATABASES = {"default": _database(ENV.database_url or BUILT_IN.database_url)}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TENANT_MODEL = "tenants.Client"
TENANT_DOMAIN_MODEL = "tenants.Domain"
SHARED_APPS = [
    "django_tenants",
    "core.jobs",
    "tenants",
    "operations",
    "billing.series",
    "integrations.preferences",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
TENANT_APPS = ["core", "documents", "customers", "orders", "projects", "sla", "billing", "integrations"]
INSTALLED_APPS = [
    "portal",
    *SHARED_APPS,
    *TENANT_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "anymail",
]

AUTH_USER_MODEL = "tenants.Person"
AUTHENTICATION_BACKENDS = ["tenants.accounts.Backend"]
SESSION_ENGINE = "tenants.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
ALLOWED_HOSTS = [f".{BASE_DOMAIN}", BASE_DOMAIN, *([] if PRODUCTION else ["127.0.0.1"])]

PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if MODE == "test"
    else ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenants.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_DISPLAY = "tenants.accounts.display_name"
ACCOUNT_FORMS = {"reset_password": "tenants.accounts.ResetPasswordForm"}
MFA_ADAPTER = "tenants.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: every account began with an invitation to its address
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "tenants.accounts.AuthenticateForm",
    "reauthenticate": "tenants.accounts.ReauthenticateForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
USERSESSIONS_TRACK_ACTIVITY = True
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count

MIDDLEWARE = [
    "portal.middleware.Observability",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.Host",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.sessions.ActivityMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.toasts.ToastMiddleware",
    "portal.middleware.Membership",
    "portal.middleware.Outages",
]
ROOT_URLCONF = "portal.urls.operator"
CLIENT_URLCONF = "portal.urls.client"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
            "builtins": [
                "portal.templatetags.ui",
                "portal.templatetags.links",
                "template_partials.templatetags.partials",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("日本語")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"  # made by bin/setup, not data: it does not follow PORTAL_VAR
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "portal.look.storage.Storage",
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

S3 = {
    "endpoint_url": ENV.s3_endpoint_url,
    "bucket": ENV.s3_bucket,
    "access_key": ENV.s3_access_key.get_secret_value(),
    "secret_key": ENV.s3_secret_key.get_secret_value(),
    "region": ENV.s3_region,
    # Where browsers reach it. Without it files in an S3 of one's own pass through the portal; AWS is reached by all.
    "public_endpoint_url": ENV.s3_public_endpoint_url,
}
CLAMAV_URL = ENV.clamav_url

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENV.cache_url
        or (f"{ENV.broker_url.rsplit('/', 1)[0]}/1" if ENV.broker_url else BUILT_IN.cache_url),
        "KEY_FUNCTION": "core.caching.scoped_key",
    }
}

CELERY_BROKER_URL = ENV.broker_url or BUILT_IN.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"default": {}, "heavy": {}, "outside": {}}

EMAIL_BACKEND = "core.mailing.Backend"
MAIL_URL = ENV.mail_url
DEFAULT_FROM_EMAIL = ENV.mail_from
# What MAIL_URL says for anymail, by anymail's own names, for sending and for the provider's reports.
ANYMAIL: dict[str, Any] = dict(parse_qsl(urlsplit(MAIL_URL).query)) if MAIL_URL.startswith("anymail+") else {}
ANYMAIL["WEBHOOK_SECRET"] = ENV.mail_webhook_secret.get_secret_value()

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxy_count else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.ScopePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["tenants.api.TokenThrottle"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.wire.AlwaysJson",
    "DEFAULT_RENDERER_CLASSES": ["core.wire.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.wire.OrjsonParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "tenants.openapi.ScopedSchema",
    "EXCEPTION_HANDLER": "core.rest.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
API_CALLS_PER_MINUTE = 600
SPECTACULAR_SETTINGS = {
    "TITLE": "受注代行ポータル API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/api/v1"}],
    "SORT_OPERATIONS": False,
    "ENUM_NAME_OVERRIDES": {
        "ShipmentState": "orders.api.described.SHIPMENT_STATES",
        "PhaseEnum": "orders.lifecycle.BY_CODE",
        "ProjectPhase": "projects.lifecycle.BY_CODE",
    },
}

METRICS_TOKEN = ENV.metrics_token.get_secret_value()
METRICS_DIR = VAR / "metrics"

LOGGING = logs.configuration(ENV.log_level)
SILENCED_SYSTEM_CHECKS: list[str] = []
