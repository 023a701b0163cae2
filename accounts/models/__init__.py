"""Tables of accounts, grouped by who they speak about."""

from accounts.models.access import AccessAdvice
from accounts.models.api import ApiClient, ApiReply
from accounts.models.audit import AuditEntry, AuditHead
from accounts.models.changes import EntitlementChange
from accounts.models.customer import BillingOwner, Customer
from accounts.models.directory import (
    DirectoryGroup,
    DirectoryMember,
    DirectoryMembership,
    DirectoryRequest,
    DirectoryToken,
    DirectoryUser,
)
from accounts.models.exceptions import (
    AuthorityMatrix,
    AuthorityRule,
    ExceptionAttachment,
    ExceptionComment,
    ExceptionDecision,
    ExceptionRequest,
)
from accounts.models.people import Grantee, Group, Membership
from accounts.models.sign_in import SignInAttempt

__all__ = [
    "AccessAdvice",
    "ApiClient",
    "ApiReply",
    "AuditEntry",
    "AuditHead",
    "AuthorityMatrix",
    "AuthorityRule",
    "BillingOwner",
    "Customer",
    "DirectoryGroup",
    "DirectoryMember",
    "DirectoryMembership",
    "DirectoryRequest",
    "DirectoryToken",
    "DirectoryUser",
    "EntitlementChange",
    "ExceptionAttachment",
    "ExceptionComment",
    "ExceptionDecision",
    "ExceptionRequest",
    "Grantee",
    "Group",
    "Membership",
    "SignInAttempt",
]
