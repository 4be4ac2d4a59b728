"""Settings of every environment, read through typed functions; mistakes are listed all at once (R-103)."""

import sys
from datetime import timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from csp.constants import NONCE, SELF
from whitenoise.compress import Compressor

from tesigo.platform import paths
from tesigo.platform.backup.places import places_from
from tesigo.platform.env import Env
from tesigo.platform.log import logging_config
from tesigo.platform.programs import PROGRAMS, program_of
from tesigo.platform.storage_limits import IN_BACKGROUND
from tesigo.platform.strength import SECRET_MIN_LENGTH
from tesigo.platform.urls import (
    broker_from_url,
    broker_options,
    cache_from_url,
    channel_host_from_url,
    database_from_url,
    email_from_url,
    is_ip_address,
    is_private_address,
    origin_of,
)

BASE_DIR = paths.ROOT
VAR_DIR = paths.VAR

env = Env()
ENVIRONMENT = env.choice("TESIGO_ENV", ["development", "test", "production"], "development")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
if IS_PRODUCTION and DEBUG:
    env.complain("DEBUG must be off in production.")

# --- this site ----------------------------------------------------------------------------------
SITE_NAME = "TesiGo"
SITE_URL = env.url("SITE_URL", refuse_loopback=IS_PRODUCTION).rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
SITE_IS_HTTPS = SITE_URL.startswith("https://")
if IS_PRODUCTION and not SITE_IS_HTTPS:
    env.complain("SITE_URL must start with https:// in production.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [SITE_HOST])
NOTICE_BANNER = env.str("NOTICE_BANNER", "")
if IS_PRODUCTION and NOTICE_BANNER:
    env.complain("NOTICE_BANNER is for the sandbox and must be empty in production.")
MAIL_INBOX_URL = env.url("MAIL_INBOX_URL", "", refuse_loopback=IS_PRODUCTION)
#: Whom people write to, and who answers for the site by law (lines separated by \n): on each page, in each mail (R-59).
CONTACT_EMAIL = env.str("CONTACT_EMAIL")
if CONTACT_EMAIL and "@" not in parseaddr(CONTACT_EMAIL)[1]:
    env.complain("CONTACT_EMAIL must be an e-mail address.")
IMPRINT = env.str("IMPRINT").replace("\\n", "\n")
VAT_NUMBER = env.str("VAT_NUMBER", "")
#: Number of proxies of our own in front of the application; only their X-Forwarded-For entries are believed (R-53).
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, min=0, max=5)

# --- secrets --------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.secret_list("SECRET_KEY_FALLBACKS")
#: Keys the hashes of sign-in tokens, codes and browsers; what older ones hashed is still recognised while they rotate.
SIGNIN_SECRET = env.secret("SIGNIN_SECRET")
SIGNIN_SECRET_FALLBACKS = env.secret_list("SIGNIN_SECRET_FALLBACKS")
#: Signs access tokens of the API (R-56); what an older one signed is still taken while they rotate.
API_JWT_SECRET = env.secret("API_JWT_SECRET")
API_JWT_SECRET_FALLBACKS = env.secret_list("API_JWT_SECRET_FALLBACKS")
#: Ed25519, 32 bytes in base64: signs what files say of their citations (R-18). Without it they are not signed.
MANIFEST_SIGNING_KEY = env.secret("MANIFEST_SIGNING_KEY", "")
#: Public halves of earlier keys, still published for files of then.
MANIFEST_EARLIER_PUBLIC_KEYS = env.list("MANIFEST_EARLIER_PUBLIC_KEYS", ())

# --- applications -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "tesigo.apps.TesigoConfig",
    "tesigo.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "django_prose_editor",
    "djstripe",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "tesigo.platform.apps.PlatformConfig",
    "privacy",
    "accounts",
    "documents",
    "billing",
    "generation",
]

MIDDLEWARE = [
    "tesigo.platform.correlation.CorrelationMiddleware",
    "tesigo.platform.slow_requests.MeasuringMiddleware",
    # Outside of all that answers by itself: static files, redirects, refusals.
    "tesigo.platform.headers.HeadersMiddleware",
    "tesigo.platform.api.cors.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tesigo.platform.plain_http.RefusePlainHttp",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tesigo.platform.body_limit.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "accounts.middleware.SessionLifeMiddleware",
    "accounts.middleware.AccountLanguageMiddleware",
    "privacy.middleware.ConsentRequiredMiddleware",
    "tesigo.platform.clean_pages.CleanPagesMiddleware",
    "tesigo.platform.refusals.RefusedAccess",
]

#: Queries, templates and cache calls of each page, beside it: on a developer's machine and nowhere else (R-114).
DEBUG_PANEL = env.bool("DEBUG_PANEL", False)
if DEBUG_PANEL and ENVIRONMENT != "development":
    env.complain("DEBUG_PANEL is for development only.")
elif DEBUG_PANEL:
    INSTALLED_APPS.append("debug_toolbar")
    # Inside of the policy, whose nonce it uses.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("csp.middleware.CSPMiddleware") + 1, "debug_toolbar.middleware.DebugToolbarMiddleware"
    )
DEBUG_TOOLBAR_CONFIG = {
    "SHOW_TOOLBAR_CALLBACK": "tesigo.platform.debug_panel.is_shown",
    "SHOW_COLLAPSED": True,
    # One web process may show the page, and another is asked for its queries.
    "TOOLBAR_STORE_CLASS": "debug_toolbar.store.CacheStore",
}
DEBUG_TOOLBAR_PANELS = [
    f"debug_toolbar.panels.{panel}"
    for panel in ("timer.TimerPanel", "sql.SQLPanel", "templates.TemplatesPanel", "cache.CachePanel")
]

ROOT_URLCONF = "tesigo.urls"
ASGI_APPLICATION = "tesigo.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "csp.context_processors.nonce",
                "tesigo.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -------------------------------------------------------------------------------------------
DATABASE_URL = env.url("DATABASE_URL", schemes=["postgres", "postgresql"], judge_password=IS_PRODUCTION)
#: Whether a PgBouncer that lends sessions for a transaction stands before it (`docs/operating.md`).
DATABASE_IS_POOLED = env.bool("DATABASE_IS_POOLED", False)
if DATABASE_IS_POOLED and "options" in dict(parse_qsl(urlsplit(DATABASE_URL).query)):
    env.complain("DATABASE_URL has options, which PgBouncer refuses (DATABASE_IS_POOLED): give them to the role.")
DATABASES: dict[str, dict[str, Any]] = {
    "default": database_from_url(DATABASE_URL, pool_size=5, is_pooled=DATABASE_IS_POOLED)
}
REDIS_URL = env.url("REDIS_URL", schemes=["redis", "rediss", "unix", "redis+sentinel"], judge_password=IS_PRODUCTION)
CACHES = {"default": cache_from_url(REDIS_URL, prefix="tesigo")}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "tesigo.platform.live.BoundedChannelLayer",
        "CONFIG": {"hosts": [channel_host_from_url(REDIS_URL)], "prefix": "tesigo"},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
S3_PUBLIC_URL = CDN_URL = ""
#: With a bucket's name, uploads and exports lie in S3 or MinIO instead of the local disk (R-80).
S3_BUCKET = env.str("S3_BUCKET", "")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "tesigo.platform.storage.BoundedS3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.url("S3_ENDPOINT_URL", "") or None,
            "access_key": env.str("S3_ACCESS_KEY", "") or None,
            "secret_key": env.api_key("S3_SECRET_KEY", "") or None,
            "region_name": env.str("S3_REGION", "") or None,
            # Downloads go from there by signed addresses that end soon (`BoundedS3Storage.link`).
            "public_url": (S3_PUBLIC_URL := env.url("S3_PUBLIC_URL", "")),
            "cdn_url": (CDN_URL := env.url("CDN_URL", "")),
            "cloudfront_key_id": env.str("CDN_KEY_ID", "") or None,
            "cloudfront_key": env.str("CDN_PRIVATE_KEY", "") or None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "default_acl": "private",
            "file_overwrite": False,
            "client_config": IN_BACKGROUND,
        },
    }
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test"
        else "tesigo.platform.static_files.ManifestStorage"
    },
}
#: Whether a file that is taken away is fetched from the storage itself; else it passes through the site.
DOWNLOADS_BY_LINK = bool(S3_BUCKET and (S3_PUBLIC_URL or CDN_URL))
#: Maps of scripts are for developers, and take half of the time that compressing does.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
#: Where backups go (R-120): names, each with its `BACKUP_<NAME>_URL` and credentials. None: there are no backups.
BACKUP_PLACES = places_from(env, env.list("BACKUP_DESTINATIONS", ()))
#: Public GPG keys of operators; whoever holds a private half can read backups. The site never does.
BACKUP_RECIPIENTS_FILE = Path(env.str("BACKUP_RECIPIENTS_FILE", ""))
#: Ed25519, 32 bytes in base64: signs what this site writes.
BACKUP_SIGNING_KEY = env.secret("BACKUP_SIGNING_KEY", "")
#: Public halves of earlier signing keys, still believed when backups are checked.
BACKUP_EARLIER_PUBLIC_KEYS = env.list("BACKUP_EARLIER_PUBLIC_KEYS", ())
#: PostgreSQL, as a role that may log in and replicate, nothing else.
BACKUP_DATABASE_URL = env.url(
    "BACKUP_DATABASE_URL", "", schemes=["postgres", "postgresql"], judge_password=IS_PRODUCTION
)
#: On a disk of this machine: what waits to be sent, encrypted.
BACKUP_SPOOL = Path(env.str("BACKUP_SPOOL", str(VAR_DIR / "backup-spool")))
#: WAL that waits to be sent: from four fifths of it on, staff are told.
BACKUP_SPOOL_MAX_BYTES = env.int("BACKUP_SPOOL_MAX_BYTES", 20 * 1024**3, min=1024**3)
if BACKUP_PLACES:
    for _name in ("BACKUP_RECIPIENTS_FILE", "BACKUP_SIGNING_KEY", "BACKUP_DATABASE_URL"):
        if not env.str(_name, ""):
            env.complain(f"{_name} is missing, and BACKUP_DESTINATIONS is set.")

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

#: The largest file a person may hand in, in bytes.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 1024**3, min=1024)
#: clamd, which looks at each file before it is read: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl` (R-81).
CLAMD_URL = env.url("CLAMD_URL", "", schemes=["tcp", "unix"])
#: What recognises the text of scanned PDFs, by name or path; "none" switches it off.
OCR_PROGRAM = env.str("OCR_PROGRAM", "ocrmypdf")
#: The most seconds that recognising one file may take; a page takes two to five.
OCR_SECONDS = env.int("OCR_SECONDS", 1800, min=10)
#: How many scans are recognised at one time, each by a worker of its own; others wait.
OCR_AT_ONCE = env.int("OCR_AT_ONCE", 1, min=1)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# --- language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
#: Of pages and mails (R-04), each as its speakers call it.
LANGUAGES = [
    ("en", "English"),
    ("it", "Italiano"),
    ("es", "Español"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("nl", "Nederlands"),
    ("cs", "Čeština"),
    ("ro", "Română"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "tesigo.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- signing in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.domain.passwords.ContextWordsValidator"},
]
LOGIN_URL = "accounts:signin"
LOGIN_REDIRECT_URL = "documents:library"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
#: Its limits live in the cache, which may be away; ours are counted in the database.
ACCOUNT_RATE_LIMITS = False
#: The second factor of staff. A passkey is bound to a name: where the site is reached by an IP address there are none.
MFA_ADAPTER = "accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", *([] if is_ip_address(SITE_HOST) else ["webauthn"])]
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.staff_forms.AuthenticateForm",
    "reauthenticate": "accounts.staff_forms.ReauthenticateForm",
    "activate_totp": "accounts.staff_forms.ActivateForm",
    "deactivate_totp": "accounts.staff_forms.DeactivateForm",
    "generate_recovery_codes": "accounts.staff_forms.GenerateRecoveryCodesForm",
    "add_webauthn": "accounts.staff_forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.staff_forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.staff_forms.PasskeyAgainForm",
    "edit_webauthn": "accounts.staff_forms.EditPasskeyForm",
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
#: By name from anywhere, too; a browser that passed a second factor before is counted by itself (`axes_username`).
AXES_LOCKOUT_PARAMETERS = ["username", ["username", "ip_address"]]
#: A try during the lock does not start it anew: one request in 15 minutes would shut staff out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "accounts.staff_signin.axes_username"
AXES_CLIENT_IP_CALLABLE = "accounts.staff_signin.axes_client_ip"
AXES_LOCKOUT_CALLABLE = "accounts.staff_signin.locked_out"
AXES_ENABLE_ADMIN = False
#: Each failure with its time, for the index of the administration; the attempts that lock are forgotten with the lock.
AXES_ENABLE_ACCESS_FAILURE_LOG = True
#: Failures that axes keeps of one name. Beyond them it drops the newest, and today's would seem to be none.
AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT = 100_000
#: Sign-in limits (R-53): (how many that did not end in a sign-in, in how many seconds).
SIGNIN_LIMITS = {
    "ip": (env.int("SIGNIN_PER_IP_AND_HOUR", 50, min=1), 3600),
    "address": (env.int("SIGNIN_PER_ADDRESS_AND_DAY", 3, min=1), 86_400),
    "domain": (env.int("SIGNIN_PER_DOMAIN_AND_HOUR", 50, min=1), 3600),
    "big_domain": (env.int("SIGNIN_PER_BIG_DOMAIN_AND_HOUR", 2000, min=1), 3600),
    "known_browser": (env.int("SIGNIN_PER_KNOWN_BROWSER_AND_DAY", 10, min=1), 86_400),
}
SIGNIN_BIG_DOMAINS = [
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "gmx.de",
    "gmx.net", "web.de", "t-online.de", "libero.it", "virgilio.it", "orange.fr", "free.fr", "wp.pl", "o2.pl",
    "seznam.cz", "proton.me", "protonmail.com",
]  # fmt: skip
#: Sessions: how long they may be idle, and how long they last in all.
SESSION_LIVES = {
    "student": (
        timedelta(days=env.int("SESSION_IDLE_DAYS", 14, min=1, max=3_650)),
        timedelta(days=env.int("SESSION_LONGEST_DAYS", 90, min=1, max=3_650)),
    ),
    "staff": (
        timedelta(minutes=env.int("STAFF_SESSION_IDLE_MINUTES", 30, min=1, max=525_600)),
        timedelta(hours=env.int("STAFF_SESSION_LONGEST_HOURS", 12, min=1, max=8_760)),
    ),
}
#: How long a sign-in counts as a proof of who sits there, where sessions are ended or the address is changed.
PROOF_IS_FRESH = timedelta(minutes=env.int("PROOF_IS_FRESH_MINUTES", 15, min=1, max=525_600))
#: How long somebody who asked to be erased can change their mind (R-72).
ERASURE_WAITS = timedelta(days=env.int("ERASURE_WAITS_DAYS", 14, min=0, max=30))
#: Whether the last look of an erasure reads every stored file as well; with very many it takes long.
ERASURE_READS_FILES = env.bool("ERASURE_READS_FILES", True)
POLICY_VERSION = "2026-11-30"

# --- cookies, headers ---------------------------------------------------------------------------------
#: Browsers take a cookie of this prefix only with Secure, with Path=/ and without a domain, so that no sibling host can
#: plant one. It needs https.
COOKIE_PREFIX = "__Host-" if SITE_IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
#: Names of files stand in some: they belong into no cookie, whose name could bear no prefix either.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE_IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "tesigo.errors.csrf_failed"
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
#: Where programs call, not people: over plain http they are refused and never redirected, since what they sent (a key,
#: an order) has already been readable. The browser's redirect would hide that for ever.
PROGRAM_PATHS = ["/api/", "/files/", "/mail/events/", "/stripe/webhook/"]
SECURE_REDIRECT_EXEMPT = [f"^{path.lstrip('/')}" for path in PROGRAM_PATHS]
#: Within our own network it is asked over plain http; what stands before the site does not pass it on.
SECURE_REDIRECT_EXEMPT.append("^metrics$")
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SITE_IS_HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

# --- the outside world: the application sees addresses and keys, never who answers there ----------------
OPENAI_API_KEYS = env.api_keys("OPENAI_API_KEYS")
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL", "https://api.openai.com/v1", refuse_loopback=IS_PRODUCTION)
ANTHROPIC_API_KEYS = env.api_keys("ANTHROPIC_API_KEYS")
ANTHROPIC_BASE_URL = env.url("ANTHROPIC_BASE_URL", "https://api.anthropic.com", refuse_loopback=IS_PRODUCTION)
if not OPENAI_API_KEYS and not ANTHROPIC_API_KEYS:
    env.complain("OPENAI_API_KEYS or ANTHROPIC_API_KEYS must hold at least one key.")
#: Seconds a call to a model may take before it counts as timed out, and the tokens in a second that it gets more for.
AI_TIMEOUT = env.int("AI_TIMEOUT", 120, min=1)
AI_TOKENS_PER_SECOND = env.int("AI_TOKENS_PER_SECOND", 30, min=1)
#: Seconds for which a process goes by the models and limits that it read: a change in the admin counts after them.
AI_RULES_SECONDS = env.float("AI_RULES_SECONDS", 1, min=0)
#: Seconds a call waits for a key's limit before its step goes back to the queue.
AI_LIMIT_PATIENCE = env.float("AI_LIMIT_PATIENCE", 30, min=0)
#: Seconds for which a breaker stays open before one call tries (R-31).
AI_BREAKER_SECONDS = env.float("AI_BREAKER_SECONDS", 60, min=0)
#: The most worker processes there are: each keeps to its share of a key's limit while Redis is away (R-115).
AI_WORKER_PROCESSES = env.int("AI_WORKER_PROCESSES", 10, min=1)
#: Seconds of the first back-off; the next ones double (R-30). Tests make it small.
AI_BACKOFF_BASE = env.float("AI_BACKOFF_BASE", 2, min=0)

STRIPE_API_BASE = env.url("STRIPE_API_BASE", "https://api.stripe.com", refuse_loopback=IS_PRODUCTION)
STRIPE_SECRET_KEY = env.api_key("STRIPE_SECRET_KEY", shortest=SECRET_MIN_LENGTH)
STRIPE_WEBHOOK_SECRET = env.api_key("STRIPE_WEBHOOK_SECRET", shortest=SECRET_MIN_LENGTH)
#: The version that both the SDK and dj-stripe of requirements/ speak.
STRIPE_API_VERSION = "2026-05-27.dahlia"
#: Origins of Stripe's hosted page, for the CSP's form-action.
STRIPE_CHECKOUT_ORIGIN = env.url("STRIPE_CHECKOUT_ORIGIN", "https://checkout.stripe.com", refuse_loopback=IS_PRODUCTION)
#: Calls that all processes together make in a second; Stripe's own limits are 100 in live and 25 in test mode.
STRIPE_CALLS_PER_SECOND = env.int(
    "STRIPE_CALLS_PER_SECOND", 80 if STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")) else 20, min=1
)
STRIPE_LIVE_MODE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_LIVE_SECRET_KEY = STRIPE_SECRET_KEY if STRIPE_LIVE_MODE else ""
STRIPE_TEST_SECRET_KEY = "" if STRIPE_LIVE_MODE else STRIPE_SECRET_KEY
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"

#: How search services reach us: Crossref asks faster who says so, in the query and in the User-Agent.
SOURCES_CONTACT_EMAIL = env.str("SOURCES_CONTACT_EMAIL", "")
SOURCE_SERVICES: dict[str, dict[str, Any]] = {
    name: {
        "url": env.url(f"{name.upper()}_URL", ""),
        #: DataCite gives none.
        "key": env.api_key(f"{name.upper()}_API_KEY", "") if name != "datacite" else "",
        #: Calls of all processes together; 0 is what the service's own rules allow.
        "per_second": env.float(f"{name.upper()}_CALLS_PER_SECOND", 0, min=0),
    }
    for name in ("openalex", "crossref", "datacite", "semantic_scholar", "tavily", "perplexity")
}

#: Where libraries of Zotero are read by a key of their owner's (R-97).
ZOTERO_URL = env.url("ZOTERO_URL", "").rstrip("/")

EMAIL_BACKEND = "tesigo.platform.mail.GuardedEmailBackend"
vars().update(email_from_url(env.url("EMAIL_URL", schemes=["smtp", "smtps", "smtp+tls"], judge_password=IS_PRODUCTION)))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"TesiGo <no-reply@{SITE_HOST or 'localhost'}>")
for _service in SOURCE_SERVICES.values():
    _service |= {"contact": SOURCES_CONTACT_EMAIL or parseaddr(DEFAULT_FROM_EMAIL)[1], "site": SITE_URL}
SERVER_EMAIL = DEFAULT_FROM_EMAIL
#: How we hear what became of mails (R-54); each is off until it is set. `docs/mail.md` says how to set a provider up.
MAIL_EVENTS_SECRET = env.secret("MAIL_EVENTS_SECRET", "")
SES_TOPICS = env.list("SES_TOPICS", [])
SNS_BASE_URL = env.url("SNS_BASE_URL", "", refuse_loopback=IS_PRODUCTION).rstrip("/")
MAILGUN_SIGNING_KEY = env.api_key("MAILGUN_SIGNING_KEY", "")
POSTMARK_WEBHOOK_SECRET = env.secret("POSTMARK_WEBHOOK_SECRET", "")
#: Where mails that cannot be delivered go back to (the envelope's sender), and the mailbox where they are read.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
BOUNCE_MAILBOX_URL = env.url("BOUNCE_MAILBOX_URL", "", schemes=["imaps", "imap+tls"], judge_password=IS_PRODUCTION)
#: Alerts by Telegram as well, where a bot is named (R-113): its token, and the chats that it writes to.
TELEGRAM_BOT_TOKEN = env.api_key("TELEGRAM_BOT_TOKEN", "")
TELEGRAM_CHAT_IDS = env.list("TELEGRAM_CHAT_IDS", [])
TELEGRAM_BASE_URL = env.url("TELEGRAM_BASE_URL", "https://api.telegram.org", refuse_loopback=IS_PRODUCTION).rstrip("/")
if bool(TELEGRAM_BOT_TOKEN) != bool(TELEGRAM_CHAT_IDS):
    env.complain("TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_IDS belong together; set both, or neither.")
#: What counts as too full, on this machine (R-112, R-113): memory in use; and of a disk less free than both say.
MEMORY_MOST_PERCENT = env.int("MEMORY_MOST_PERCENT", 85, min=1, max=100)
DISK_FREE_LEAST_PERCENT = env.int("DISK_FREE_LEAST_PERCENT", 10, min=0, max=90)
DISK_FREE_LEAST_BYTES = env.int("DISK_FREE_LEAST_BYTES", 5 * 1024**3, min=0)
#: Shows a caller of /ready every part and the version; strangers see whether, and which essential part is away.
READY_TOKEN = env.secret("READY_TOKEN", "")
#: Where alerts for staff go.
ALERT_EMAILS = env.list("ALERT_EMAILS", [])
if IS_PRODUCTION and not ALERT_EMAILS:
    env.complain("ALERT_EMAILS must be set in production: it names who is told when something needs a person.")

# --- money --------------------------------------------------------------------------------------------
FLOOR_PER_PAGE = Decimal("0.10")
MAX_DISCOUNT_PERCENT = Decimal(95)
#: Stripe's own minimum for a charge in EUR (R-03).
PROVIDER_MINIMUM = env.decimal("PROVIDER_MINIMUM", Decimal("0.50"), min=Decimal(0))
PAYMENT_EXPIRES_AFTER = timedelta(hours=24)
#: Who sells, as receipts name it: the lines of the address, and what stands at the foot.
SELLER = {
    "name": env.str("SELLER_NAME", SITE_NAME),
    "address": env.str("SELLER_ADDRESS", "").replace("\\n", "\n"),
    "note": env.str("SELLER_NOTE", ""),
}
if IS_PRODUCTION and not SELLER["address"]:
    env.complain("SELLER_ADDRESS must be set in production: receipts bear it.")

# --- metrics (R-111) ------------------------------------------------------------------------------------
#: What Prometheus shows to read /metrics; without it there is no such page.
METRICS_TOKEN = env.secret("METRICS_TOKEN", "")
#: A port of their own for the web servers of this machine, and one where a worker or beat tells of a machine without
#: any; 0: none.
METRICS_PORT = env.int("METRICS_PORT", 0, min=0, max=65_535)
METRICS_WORKER_PORT = env.int("METRICS_WORKER_PORT", 0, min=0, max=65_535)
METRICS_HOST = env.str("METRICS_HOST", "127.0.0.1")
if not METRICS_TOKEN and not is_private_address(METRICS_HOST):
    env.complain("METRICS_HOST must be a loopback or private IP address, or METRICS_TOKEN be set.")
#: Where the processes of this machine keep what they count.
METRICS_DIR = env.str("METRICS_DIR", str(VAR_DIR / "metrics"))
METRICS_ARE_TOLD = bool(METRICS_TOKEN or METRICS_PORT or METRICS_WORKER_PORT)

# --- jobs -----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = broker_from_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
#: A worker comes back after an outage of any length; by default it gives up after a hundred tries.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(REDIS_URL, key_prefix="tesigo:")
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_AUTOSCALER = "tesigo.platform.autoscaler:WaitingAutoscaler"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
#: Backups run beside the disk that holds their spool: a deployment has a worker of its own for them (R-120).
CELERY_TASK_ROUTES = {
    f"tesigo.tasks.{name}": {"queue": "backup"}
    for name in ("take_backup", "ship_wal", "watch_backups", "prune_backups", "ask_drill")
}
#: Steps one drain holds at once (K), and how long a lease lasts without a heartbeat.
DRAIN_WIDTH = env.int("DRAIN_WIDTH", 8, min=1, max=64)
STEP_LEASE_SECONDS = env.int("STEP_LEASE_SECONDS", 30, min=2, max=600)
#: Documents that may wait at once before nobody is asked to pay any more (R-42).
QUEUE_LIMIT = env.int("QUEUE_LIMIT", 500, min=1)
#: How long a place in the queue is held for somebody who is paying; paid later, the document is written all the same.
RESERVATION_LASTS = timedelta(hours=1)
#: Documents of one person that may be written at once.
DOCUMENTS_AT_ONCE = env.int("DOCUMENTS_AT_ONCE", 3, min=1)
#: How long a job waits for a budget before it fails and its money goes back (R-21).
LONGEST_HOLD = timedelta(hours=24)
#: How long models that do not answer are waited for, from when it was a step's turn to be made, before its job fails.
LONGEST_OUTAGE = timedelta(minutes=env.int("LONGEST_OUTAGE_MINUTES", 60, min=0, max=525_600))
#: Outlines one person may ask for in a day (they cost money before anything is paid, R-104).
OUTLINES_PER_DAY = env.int("OUTLINES_PER_DAY", 30, min=1)

#: What one person may have (R-85): drafts that were never ordered, files and bytes at once; the rest in a UTC day.
DRAFTS_PER_PERSON = env.int("DRAFTS_PER_PERSON", 100, min=1)
FILES_PER_PERSON = env.int("FILES_PER_PERSON", 1_000, min=1)
STORED_BYTES_PER_PERSON = env.int("STORED_BYTES_PER_PERSON", 10 * 1024**3, min=1024)
DRAFTS_PER_DAY = env.int("DRAFTS_PER_DAY", 50, min=1)
UPLOADS_PER_DAY = env.int("UPLOADS_PER_DAY", 300, min=1)
LOOKUPS_PER_DAY = env.int("LOOKUPS_PER_DAY", 200, min=1)
EXPORTS_PER_DAY = env.int("EXPORTS_PER_DAY", 50, min=1)
DATA_EXPORTS_PER_DAY = env.int("DATA_EXPORTS_PER_DAY", 3, min=1)
#: How long an export of all of one's data can be taken away (R-71).
DATA_EXPORT_DAYS = env.int("DATA_EXPORT_DAYS", 7, min=1)
#: Free copies of works that are fetched and read in full for one document (R-99); 0 reads none.
FULL_TEXTS_PER_DOCUMENT = env.int("FULL_TEXTS_PER_DOCUMENT", 20, min=0)
#: What reads a lot: searches through all texts, receipts fetched (a page that waits for one asks every 3 s).
SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", 60, min=1)
#: Texts that one person's editors open, keep, convert and save, and passages that they look for.
EDITOR_CALLS_PER_MINUTE = env.int("EDITOR_CALLS_PER_MINUTE", 120, min=1)
#: Looks over a text without a model: at each pause in typing, and of whole documents.
CHECKS_PER_MINUTE = env.int("CHECKS_PER_MINUTE", 60, min=1)
RECEIPTS_PER_HOUR = env.int("RECEIPTS_PER_HOUR", 1_200, min=1)
#: Citation styles of one's own: files tried in a day, and kept.
OWN_STYLES_PER_DAY = env.int("OWN_STYLES_PER_DAY", 20, min=1)
WORD_TEMPLATES_PER_DAY = env.int("WORD_TEMPLATES_PER_DAY", 20, min=1)
WORD_TEMPLATES_PER_PERSON = env.int("WORD_TEMPLATES_PER_PERSON", 10, min=1)
OWN_STYLES_PER_PERSON = env.int("OWN_STYLES_PER_PERSON", 30, min=1)
RESTYLES_PER_DAY = env.int("RESTYLES_PER_DAY", 20, min=1)
#: Rewritings of paragraphs on order (R-93): that each page of a document includes, and of one person in a day.
REWRITINGS_PER_PAGE = env.int("REWRITINGS_PER_PAGE", 2, min=0)
REWRITINGS_PER_DAY = env.int("REWRITINGS_PER_DAY", 40, min=1)
#: Orders that one person stops before their writing began: each costs what Stripe keeps of a payment.
ORDERS_STOPPED_PER_DAY = env.int("ORDERS_STOPPED_PER_DAY", 5, min=1)
#: Links for supervisors (R-94): made by one person in a day, pages opened from one address of the network in a minute.
REVIEW_LINKS_PER_DAY = env.int("REVIEW_LINKS_PER_DAY", 20, min=1)
REVIEW_REQUESTS_PER_MINUTE = env.int("REVIEW_REQUESTS_PER_MINUTE", 60, min=1)
#: Comments on finished texts: with one link in a day, and of one document; answers and files that one person sends.
COMMENTS_PER_LINK_AND_DAY = env.int("COMMENTS_PER_LINK_AND_DAY", 100, min=1)
COMMENTS_PER_DOCUMENT = env.int("COMMENTS_PER_DOCUMENT", 1_000, min=1)
COMMENT_ANSWERS_PER_DAY = env.int("COMMENT_ANSWERS_PER_DAY", 300, min=1)
COMMENT_FILES_PER_DAY = env.int("COMMENT_FILES_PER_DAY", 20, min=1)
#: Leave to look at what changed in a document, for a complaint: how long it lasts, and given by one person in a day.
DISCLOSURE_DAYS = env.int("DISCLOSURE_DAYS", 14, min=1)
DISCLOSURES_PER_DAY = env.int("DISCLOSURES_PER_DAY", 10, min=1)

# --- pages and the rest ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, SITE_URL.replace("http", "ws", 1)],
        "form-action": [SELF, STRIPE_CHECKOUT_ORIGIN],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_auth.TokenAuthentication",
        "accounts.api_auth.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_auth.HasScopes"],
    "DEFAULT_THROTTLE_CLASSES": ["tesigo.platform.api.throttles.ApiThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tesigo.platform.api.parsers.ApiJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "tesigo.platform.api.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "tesigo.platform.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "tesigo.platform.api.problems.handler",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "VERSION": "1",
    "DESCRIPTION": "What a student can do on the pages, for programs. Make a token under Account, Programs, and send it"
    " with each call: Authorization: Bearer ….",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": SITE_URL}],
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["accounts.api_auth.Open"],
    "AUTHENTICATION_WHITELIST": ["accounts.api_auth.TokenAuthentication"],
    "PREPROCESSING_HOOKS": ["tesigo.platform.api.schema.only_v1"],
    "COMPONENT_SPLIT_REQUEST": True,
    #: Fields of the same name whose choices are different ones.
    "ENUM_NAME_OVERRIDES": {
        "DocumentKindEnum": "documents.enums.DocumentKind",
        "DocumentLanguageEnum": "documents.enums.Language",
        "DocumentStateEnum": "documents.enums.DocumentState",
        "UploadStateEnum": "documents.enums.UploadState",
        "UploadPurposeEnum": "documents.enums.UploadPurpose",
        "ExportStateEnum": "documents.enums.ExportState",
        "PaymentStateEnum": "billing.enums.PaymentState",
        "PaymentPurposeEnum": "billing.enums.PaymentPurpose",
        "DataExportStateEnum": "privacy.enums.ExportState",
        "SiteLanguageEnum": LANGUAGES,
        "NoteKindEnum": "generation.enums.NoteKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
}
#: Origins of other sites whose scripts may call the API with a token; none, unless named (R-102).
CORS_ALLOWED_ORIGINS = [one.rstrip("/") for one in env.list("CORS_ALLOWED_ORIGINS", [])]
if any(one != origin_of(one) for one in CORS_ALLOWED_ORIGINS):
    env.complain("CORS_ALLOWED_ORIGINS must name origins such as https://example.org, without a path and without *.")
#: Calls to the API in a minute: of one person, and of one address of the network that shows no token.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", 300, min=1)
API_ANONYMOUS_PER_MINUTE = env.int("API_ANONYMOUS_PER_MINUTE", 60, min=1)
#: Tokens of programs that one person may have at once.
API_TOKENS_AT_ONCE = env.int("API_TOKENS_AT_ONCE", 10, min=1)
#: How long an access token and a refresh token work (R-56).
API_ACCESS_LASTS = timedelta(hours=1)
API_REFRESH_LASTS = timedelta(days=7)
#: What takes longer is logged with its source: requests, queries, tasks, operations (R-114). Seconds.
SLOW_SECONDS = env.float("SLOW_SECONDS", 1.0, min=0)
#: OpenTelemetry, by its own standard variables; off without an endpoint, and then not even imported.
TRACING = (
    bool(env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "") or env.str("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""))
    and not env.bool("OTEL_SDK_DISABLED", False)
    and env.choice("OTEL_TRACES_EXPORTER", ["otlp", "none"], "otlp") == "otlp"
)
if TRACING:
    for _name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        env.choice(_name, ["http/protobuf"], "http/protobuf")
#: Whether queries are spans of their own in what is traced.
TRACE_QUERIES = env.bool("TRACE_QUERIES", False)
#: Whether a request goes on with the trace that its `traceparent` header names.
TRACES_FROM_OUTSIDE = "tracecontext" in env.list("OTEL_PROPAGATORS", ["tracecontext"])
#: Where errors are reported to (Sentry, GlitchTip); off when empty, and then not even imported.
SENTRY_DSN = env.url("SENTRY_DSN", "")
#: Which of our programs this process is: in the names of log files, and in what is sent to the two above.
PROGRAM = env.choice("TESIGO_PROGRAM", PROGRAMS, program_of(sys.argv))
#: Where each program keeps its lines as well, for thirty days at most; none unless set. `make run` has files anyway.
LOG_DIR = env.str("LOG_DIR", "")
LOGGING = logging_config(
    json=IS_PRODUCTION,
    level=env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING"], "INFO"),
    folder=LOG_DIR,
    program=PROGRAM,
    most_bytes=env.int("LOG_FILE_BYTES", 100_000_000, min=100_000),
)
SILENCED_SYSTEM_CHECKS: list[str] = []

env.check()
