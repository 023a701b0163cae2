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
from accounts.models.portal import (
    CustomerIdentityProvider,
    IdentityDomain,
    OwnershipTransfer,
    PortalMail,
    SignInLink,
)
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
    "CustomerIdentityProvider",
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
    "IdentityDomain",
    "Membership",
    "OwnershipTransfer",
    "PortalMail",
    "SignInAttempt",
    "SignInLink",
]
