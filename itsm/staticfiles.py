"""Storage of the static files: hashed and compressed, without source maps, which make up most of the weight."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# What no page asks for: source maps, the second viewer of the API, the pages of DRF, the icons (drawn inline).
LEFT_OUT = ("*.map", "redoc", "rest_framework", "icons")


class StaticFiles(StaticFilesConfig):
    """Django's app of static files, collecting only what pages can ask for."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *LEFT_OUT]


class Storage(CompressedManifestStaticFilesStorage):
    """As WhiteNoise's, but a comment that names a source map is not a reference that must resolve."""

    patterns = tuple(
        (extension, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for extension, rules in HashedFilesMixin.patterns
    )
