"""Customers in the admin: what is saved there is evidence for tax at once."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.customers import CustomerAdmin
from accounts.models import Customer
from tax.operations.record_evidence import record_evidence

admin.site.unregister(Customer)


@admin.register(Customer)
class EvidencedCustomerAdmin(CustomerAdmin):
    """The same pages; accounts may not know that tax reads an address."""

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User), "only staff come here"
        customer = Customer.objects.get(pk=obj.pk)
        record_evidence(customers=[customer], source="admin", by=request.user, at=timezone.now())
