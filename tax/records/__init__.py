"""Facts of tax as determination wants them, loaded for many customers at once."""
