"""Links that lead to the right place on both hosts: `{% url_for "orders:detail" order.pk %}`."""

from __future__ import annotations

from django import template
from django.template import Context

from tenants import doors

register = template.Library()


@register.simple_tag(takes_context=True)
def url_for(context: Context, name: str, *args: object, client: str = "") -> str:
    """The address of the page `name` for the reader of this page; see tenants.doors.url."""
    return doors.url(context["request"], name, *args, client=client)
