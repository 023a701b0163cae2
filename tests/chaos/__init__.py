"""Fault campaigns: real processes and real connections, broken on purpose, then judged."""
