"""The API: translate, call one operation, translate back. Docs: docs/api.md."""
