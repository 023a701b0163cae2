"""Pages of the portal: translate, ask one query or operation, translate back."""
