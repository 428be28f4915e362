"""One settings file. What differs between machines comes from the environment alone."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext_lazy as _

from kbadmin import environment
from kbadmin.logs import without_secrets
from kbadmin.navigation import UNFOLD  # noqa: F401

BASE_DIR = environment.BASE_DIR
TESTING = "pytest" in sys.modules
if TESTING:
    os.environ["KB_HOME"] = tempfile.mkdtemp(prefix="kb-test-")
KB_HOME = environment.home()
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.whole_number("PORT", 8000, most=65535)
MAX_UPLOAD_MB = environment.whole_number("MAX_UPLOAD_MB", 100, most=10_000)

SECRET_KEY = environment.secret_key(KB_HOME)
DEBUG = False
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
TRUSTED_PROXIES = environment.trusted_proxies()
# With a public address, that one is called through TLS alone. Whether a request came through TLS
# is what `serving.behind_proxies` believes, and so needs no header to be looked at again here.
PUBLIC_URL = environment.public_url(TRUSTED_PROXIES)
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""

INSTALLED_APPS = [
    "kbadmin",
    "governance",
    "ingest",
    "llm",
    "unfold",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "django_structlog",
    "axes",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "kbadmin.request_ids.RequestIdMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kbadmin.idle.IdleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "kbadmin.urls"
WSGI_APPLICATION = "kbadmin.wsgi.application"
AUTH_USER_MODEL = "governance.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database(
        # Migrations run as the owner of the tables, as does a restore, which begins with them;
        # everything else as a role that owns nothing.
        "MIGRATION_DATABASE_URL"
        if sys.argv[1:2] in (["migrate"], ["restore"], ["createcachetable"])
        and environment.text("MIGRATION_DATABASE_URL")
        else "DATABASE_URL",
        KB_HOME,
    )
}
CACHES = {"default": environment.cache()}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "kbadmin.accounts.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "kbadmin.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "kbadmin.accounts.name_tried"
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "kbadmin.accounts.locked_out"
AXES_IPWARE_PROXY_COUNT = len(TRUSTED_PROXIES) or None

SESSION_COOKIE_AGE = 8 * 3600
SESSION_IDLE_MINUTES = environment.whole_number("SESSION_IDLE_MINUTES", 30, most=480)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = bool(PUBLIC_URL)
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = bool(PUBLIC_URL)
SECURE_SSL_HOST = urlsplit(PUBLIC_URL).netloc or None
# The monitor asks on the machine itself, past the proxy.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PUBLIC_URL else 0
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
if PUBLIC_URL:
    ALLOWED_HOSTS.append(PUBLIC_HOST)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        # unfold's own scripts (Alpine) and styles need these; the API's policy is stricter.
        "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

USE_TZ = True
TIME_ZONE = environment.time_zone()
LANGUAGE_CODE = environment.language()
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "kbadmin" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = KB_HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
# Tests look for a file when it is asked for, and not for all of them before each test.
WHITENOISE_AUTOREFRESH = TESTING

FILE_UPLOAD_HANDLERS = [
    "kbadmin.receiving.LimitedUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = KB_HOME / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# A pull is a list with a tick for each passage; the action itself takes fewer at once.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "governance.api.authentication.BearerKey",
        "governance.api.authentication.Session",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["governance.api.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "governance.api.errors.handle",
    "DEFAULT_SCHEMA_CLASS": "governance.api.describing.CallSchema",
    "DEFAULT_PAGINATION_CLASS": "governance.api.pagination.Pages",
    "PAGE_SIZE": 100,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinical knowledge base",
    "DESCRIPTION": environment.ADVICE_TO_PROGRAMS,
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # A PATCH has a body of its own here, of which some fields must be there.
    "COMPONENT_SPLIT_PATCH": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    # Two kinds of thing have a status, of different words.
    "ENUM_NAME_OVERRIDES": {
        "VersionStatus": "governance.lifecycle.Status",
        "ChangeSetStatus": "governance.models.ChangeSetStatus",
        "ReleaseStatus": "llm.models.ReleaseStatus",
    },
}

# Tasks that are woken by name: the truth knows nothing more of those who follow it.
TRAIL_FOLLOWERS = ["llm.follow_trail"]
READER_TASK = "ingest.parse_upload"

CELERY_BROKER_URL = (
    environment.url("CELERY_BROKER_URL", ("redis", "rediss", "amqp", "amqps"))
    or "memory://localhost/"
)
EMBEDDED = CELERY_BROKER_URL.startswith("memory:")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"polling_interval": 0.02}
    if EMBEDDED
    else {
        "visibility_timeout": 3600,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        # A broker that accepts and then says nothing must not hold a decision up.
        "socket_timeout": 2,
    }
)
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Reading a file may take minutes, and what follows the truth must not wait behind it. Both queues
# are declared, so that a worker that is told of none works on both.
CELERY_TASK_QUEUES: dict[str, Any] = {"celery": {}, "reading": {}}
CELERY_TASK_ROUTES = {
    READER_TASK: {"queue": "reading"},
    "ingest.read_incoming": {"queue": "reading"},
    "llm.propose_relations": {"queue": "reading"},
    "llm.propose_relations_again": {"queue": "reading"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = TIME_ZONE
SWEEP_SECONDS = 3.0
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "follow-trail": {"task": "llm.follow_trail", "schedule": SWEEP_SECONDS},
    "propose-relations-again": {"task": "llm.propose_relations_again", "schedule": 3600.0},
    "read-waiting-uploads": {"task": "ingest.sweep_uploads", "schedule": SWEEP_SECONDS},
    "read-what-came-in": {"task": "ingest.sweep_incoming", "schedule": SWEEP_SECONDS},
    "tidy-what-came-in": {"task": "ingest.tidy", "schedule": 3600.0},
    "write-down-superseded": {"task": "governance.write_down_superseded", "schedule": 60.0},
    # Who is told by a webhook hears of it from there.
    "note-what-the-clock-did": {"task": "governance.note_left_force", "schedule": 300.0},
    "forget-deliveries": {"task": "llm.forget_deliveries", "schedule": 3600.0},
    "tell-people": {"task": "governance.tell_people", "schedule": 10.0},
    "remind-people": {"task": "governance.remind_people", "schedule": 600.0},
    "mail-notices": {"task": "governance.mail_notices", "schedule": 60.0},
    "count-programs": {"task": "governance.count_programs", "schedule": 60.0},
    "seal-use": {"task": "llm.seal_use", "schedule": 20.0},
    "purge-use": {"task": "llm.purge_use", "schedule": 3600.0},
    "remind-of-tickets": {"task": "llm.remind_of_tickets", "schedule": 600.0},
    "note-refusals": {"task": "governance.note_refusals", "schedule": 60.0},
}
# What nobody came to in time is asked for anew by then, and would only queue.
for _entry in CELERY_BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": max(60.0, 2 * _entry["schedule"])}

QDRANT_URL = environment.url("QDRANT_URL", ("http", "https"))
QDRANT_API_KEY = environment.text("QDRANT_API_KEY")
NEO4J_URI = environment.url("NEO4J_URI", environment.BOLT)
NEO4J_USER = environment.text("NEO4J_USER")
NEO4J_PASSWORD = environment.text("NEO4J_PASSWORD")
WEBHOOK_HOSTS = environment.webhook_hosts()
LLM_URL = environment.url("LLM_URL", ("http", "https"))
LLM_MODEL = environment.text("LLM_MODEL")
LLM_API_KEY = environment.text("LLM_API_KEY")
EMBEDDING_MODEL = environment.text("EMBEDDING_MODEL")
EMBEDDING_PRECISION = environment.precision()
# Above so many passages in force, dense search goes through the engine's index.
EXACT_SEARCH_LIMIT = environment.whole_number("EXACT_SEARCH_LIMIT", 200_000, most=10_000_000)
# A release is not published while a version it holds is to be reviewed within so many days.
RELEASE_DUE_DAYS = environment.whole_number("RELEASE_DUE_DAYS", 14, least=0, most=180)

# How long use is kept. 网络安全法 第二十三条 wants six months: nothing below them is taken.
USAGE_DAYS = environment.whole_number("USAGE_DAYS", 2192, least=184, most=36_500)
# Within how many days feedback that asks for an answer is to be answered.
TICKET_DAYS = environment.whole_number("TICKET_DAYS", 14, most=365)

# An actor as the trail names it: accounts and programs are both numbered from 1.
DJANGO_STRUCTLOG_USER_ID_FIELD = "named_in_logs"

globals().update(environment.email())
# Without a server to send it through there is no mail; a line on the console would be none.
SENDS_MAIL = bool(environment.text("EMAIL_URL"))
DEFAULT_FROM_EMAIL = environment.mail_sender(PUBLIC_HOST)
# A server that accepts and then says nothing must not hold a worker's thread.
EMAIL_TIMEOUT = 10

if not TESTING:
    environment.check_full_mode(embedded=EMBEDDED, qdrant_url=QDRANT_URL)

SILENCED_SYSTEM_CHECKS = [
    # An account is locked wherever the wrong passwords came from; that is what is wanted here.
    "axes.W006",
    # Other names of the hospital's domain are not ours to bind to TLS.
    "security.W005",
    "security.W021",
]

_IN_EVERY_LINE: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    without_secrets,
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        *_IN_EVERY_LINE,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "foreign_pre_chain": _IN_EVERY_LINE,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # The in-process broker has no host, and says so every time.
        "kombu": {"level": "ERROR"},
        "django_structlog": {"level": "INFO"},
    },
}
