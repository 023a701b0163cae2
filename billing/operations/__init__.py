"""What billing does. One verb a module, keyword-only, the clock comes from the caller."""
