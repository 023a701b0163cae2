"""Pages of the desk: translate, ask one query or operation, translate back."""
