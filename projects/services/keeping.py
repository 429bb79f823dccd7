"""A client's own templates are kept and dropped."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from projects.blueprints import Blueprint, check
from projects.models import Template
from projects.services.locking import not_found


@transaction.atomic
def keep_template(
    name: str, blueprint: Blueprint, *, template_id: int | None = None, actor: Actor, at: datetime
) -> Template:
    """Keep a template, a new one or another state of one. Projects that were made of it stay as they are."""
    if not 0 < len(name.strip()) <= 60:
        raise Refused(Sentence(_("ひな形の名前を60文字までで入れてください。")), code="missing", field="name")
    check(blueprint)
    kept = Template(pk=None)
    if template_id is not None:
        found = Template.objects.select_for_update().filter(pk=template_id).first()
        if found is None:
            raise not_found()
        kept = found
    kept.name, kept.definition, kept.saved_at, kept.saved_by = name.strip(), blueprint.to_json(), at, actor.name
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        raise Refused(
            Sentence(_("「%(name)s」というひな形はすでにあります。"), name=name), code="known", field="name"
        ) from None
    return kept


@transaction.atomic
def drop_template(template_id: int) -> bool:
    """Forget a template. Returns whether there was one."""
    return bool(Template.objects.filter(pk=template_id).delete()[0])
