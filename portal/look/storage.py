"""Static files under names that carry their content's hash, the scripts' imports of each other included."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # WhiteNoise ships no types
    """As WhiteNoise's, and `import "./x.js"` inside our modules is rewritten too."""

    support_js_module_import_aggregation = True
