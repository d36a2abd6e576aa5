"""The settings: nothing of the library but its app. DATABASE_NAME and DATABASE_HOST name a PostgreSQL database."""

import os
from pathlib import Path

HERE = Path(__file__).parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "for trying it out alone")
DEBUG = "SECRET_KEY" not in os.environ
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "council.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Europe/London"
STATIC_URL = "static/"
INSTALLED_APPS = [f"django.contrib.{app}" for app in ("admin", "auth", "contenttypes", "messages", "sessions")]
INSTALLED_APPS += ["django.contrib.staticfiles", "ehcp_flow.contrib.django", "council"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]
PROCESSORS += ["django.contrib.messages.context_processors.messages"]
DJANGO_TEMPLATES = "django.template.backends.django.DjangoTemplates"
TEMPLATES = [{"BACKEND": DJANGO_TEMPLATES, "APP_DIRS": True, "OPTIONS": {"context_processors": PROCESSORS}}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HERE / "council.sqlite3",
        # A transaction that begins by reading may write too, while others wait their turn.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
        "TEST": {"NAME": HERE / "test_council.sqlite3"},
    }
}
if "DATABASE_NAME" in os.environ:
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["DATABASE_NAME"],
        "HOST": os.environ.get("DATABASE_HOST", ""),
        "USER": os.environ.get("DATABASE_USER", "postgres"),
    }
