"""SCIM 2.0 for the directories of customers (RFC 7643 and 7644), below /scim/v2/."""
