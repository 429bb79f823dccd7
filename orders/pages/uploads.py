"""Fields for order files: one, or the two that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _


class _Files(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class OrderFiles(forms.FileField):
    """One file, or the two of a pair, as a list; each is checked as a file is."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """The files; where there is none, the field's own error."""
        return [super(OrderFiles, self).clean(file, initial) for file in data or [None]]


def named(files: Sequence[UploadedFile[bytes]]) -> list[tuple[str, BinaryIO]]:
    """Each file with what it is called."""
    return [(file.name or _("受注ファイル"), file.file) for file in files]  # type: ignore[misc]
