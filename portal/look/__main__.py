"""`python -m portal.look [PORT]`: look at the style guide."""

from __future__ import annotations

import os
import sys
import threading


def main() -> None:
    os.environ.setdefault("PORTAL_MODE", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from portal.look import preview

    with preview.serving(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as address:
        print(f"The style guide: {address} (Ctrl-C ends it)")  # noqa: T201 (a command line speaks by printing)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


main()
