"""The portal's settings with what only a benchmark has: an empty page, and a count of statements where one asks."""

from itsm.settings import *  # noqa: F403 - settings are extended, the one place where this is the custom
from itsm.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
MIDDLEWARE = ["bench.middleware.StatementCountMiddleware", *MIDDLEWARE]
ROOT_URLCONF = "bench.urls"
