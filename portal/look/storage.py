"""Static files under names that carry their content's hash, the scripts' imports of each other included."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

_any_script, _imports = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # WhiteNoise ships no types
    """As WhiteNoise's, with the imports in our own modules rewritten too; packages import by bare names."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("portal/*.js", _imports)
