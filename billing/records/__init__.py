"""Between rows and the plain facts of calc: reading them, and writing them in bulk."""
