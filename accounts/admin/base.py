"""What every list and form of the admin shares: CSV export, fixed queries, and looking without touching."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from accounts.admin.json_as_text import show_json_as_text
from kernel.spreadsheet import harmless_cell

EXPORT_CHUNK = 2000
show_json_as_text()


class Echo:
    """A file that hands back what is written to it, so that csv rows can be streamed."""

    def write(self, value: str) -> str:
        return value


def csv_response(
    *, name: str, header: list[str], rows: Iterable[list[str]]
) -> StreamingHttpResponse:
    """Stream rows as a CSV download in UTF-8; every cell is made harmless for spreadsheets."""

    def lines() -> Iterator[str]:
        writer = csv.writer(Echo())
        yield "\ufeff"
        yield writer.writerow([harmless_cell(cell) for cell in header])
        for row in rows:
            yield writer.writerow([harmless_cell(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def cell_text(value: object) -> str:
    """Write a value as a CSV cell: times with their zone, nothing for None, no markup."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, SafeString):
        return unescape(strip_tags(value))
    return str(value)


class StaffAdmin(ModelAdmin):
    """
    A list with CSV export of exactly what its search and filters show.

    Tables grow without end, so pages are turned without counting them.
    """

    paginator = InfinitePaginator
    list_per_page = 50
    list_filter_submit = True
    show_full_result_count = False
    list_fullwidth = True
    compressed_fields = True
    exports_csv = True

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        export = path(
            "export.csv",
            self.admin_site.admin_view(self.export_csv),
            name=f"{meta.app_label}_{meta.model_name}_export",
        )
        return [export, *super().get_urls()]

    def export_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        """Stream the filtered list, in its order, with the columns it shows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        columns = [
            column for column in self.get_list_display(request) if column != "action_checkbox"
        ]
        header = [capfirst(str(label_for_field(column, self.model, self))) for column in columns]
        rows = self.get_changelist_instance(request).get_queryset(request)
        return csv_response(
            name=str(self.model._meta.verbose_name_plural).replace(" ", "-"),
            header=header,
            rows=self.csv_rows(rows, columns),
        )

    def csv_rows(self, rows: "QuerySet[Any]", columns: list[str]) -> Iterator[list[str]]:
        for row in rows.iterator(chunk_size=EXPORT_CHUNK):
            yield [self.csv_cell(row, column) for column in columns]

    def csv_cell(self, row: Model, column: str) -> str:
        """A column may say what it is in CSV by `csv_value`, for example an amount as a plain decimal."""
        in_csv = getattr(getattr(self, column, None), "csv_value", None)
        if in_csv is not None:
            return cell_text(in_csv(row))
        field, _attribute, value = lookup_field(column, row, self)
        if field is not None and getattr(field, "choices", None):
            value = getattr(row, f"get_{column}_display")()
        return cell_text(value)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No bulk delete: what is gone cannot explain an invoice."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class LookOnlyAdmin(StaffAdmin):
    """Rows written by the flow. The database refuses changes; so the admin offers none."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PeopleAdmin(SimpleHistoryAdmin, StaffAdmin):
    """Rows edited by people: every version is kept, nothing is deleted."""

    history_list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
