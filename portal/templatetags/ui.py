"""The components that templates may use: the whole list. What each takes stands in docs/components.md.

Each is a plain function with named attributes, so an unknown attribute fails when the template is compiled, and a word
from outside a closed set (a tone, an icon) fails when it is rendered.
"""

from __future__ import annotations

from django import template
from django_htmx.middleware import HtmxDetails

from portal.look import badges, charts, forms, frame, icons, sections, tables, values

PANEL = "panel-body"

register = template.Library()

register.filter("money", values.money)
register.filter("count", values.count)
register.filter("percent", values.percent)
register.filter("duration", values.duration)
register.filter("file_size", values.file_size)
register.filter("day", values.day)
register.filter("moment", values.moment)
register.filter("clock", values.clock_time)
register.filter("ago", values.ago)
register.filter("span", values.span)
register.filter("sama", values.sama)
register.filter("onchu", values.onchu)
register.filter("phone", values.phone)

register.simple_tag(badges.status)
register.simple_tag(badges.due)
register.simple_tag(badges.chip)
register.simple_tag(badges.person)
register.simple_tag(badges.kbd)
register.simple_tag(badges.copy)
register.simple_tag(icons.icon)

register.simple_block_tag(sections.page_head, end_name="endpage_head")
register.simple_block_tag(sections.card)
register.simple_block_tag(sections.stats)
register.simple_tag(sections.stat)
register.simple_tag(sections.why)
register.simple_tag(sections.panel_link)
register.simple_tag(sections.panel_form)
register.simple_block_tag(sections.facts)
register.simple_block_tag(sections.fact)
register.simple_block_tag(sections.alert)
register.simple_tag(sections.empty_state)
register.simple_block_tag(sections.timeline)
register.simple_block_tag(sections.event)
register.simple_tag(sections.steps)
register.simple_tag(sections.skeleton)
register.simple_block_tag(sections.menu)
register.simple_tag(sections.opens)

register.simple_block_tag(tables.table)
register.simple_tag(tables.th, takes_context=True)
register.simple_tag(tables.th_select)
register.simple_tag(tables.td_select)
register.simple_tag(tables.th_actions)
register.simple_block_tag(tables.bulk_bar)
register.simple_tag(tables.bulk_action)
register.simple_tag(tables.pager, takes_context=True)
register.simple_block_tag(tables.filter_bar, takes_context=True)
register.simple_tag(tables.filter_field)
register.simple_block_tag(tables.tabs)
register.simple_tag(tables.tab)

register.simple_tag(forms.field)
register.simple_tag(forms.form_errors)
register.simple_block_tag(forms.form_actions)
register.simple_tag(forms.submit)
register.simple_tag(forms.dropzone)
register.simple_block_tag(forms.confirm, takes_context=True)

register.simple_tag(charts.chart)
register.simple_tag(charts.share)
register.simple_tag(charts.meter)
register.simple_tag(charts.progress)

register.simple_tag(frame.now_mark)
register.simple_tag(frame.interface_words)
register.simple_tag(frame.message_tone)
register.simple_tag(frame.undo_url)
register.filter("starts", frame.starts)
register.filter("browser", frame.browser)


@register.filter
def layout(htmx: HtmxDetails | None) -> str:
    """The template to extend: nothing around the page where the side panel asked for it, else the whole frame."""
    if htmx and (htmx.target or "").endswith(PANEL):
        return "layouts/fragment.html"
    return "base.html"
