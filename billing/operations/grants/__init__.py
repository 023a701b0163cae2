"""What each kind of approved exception writes, by the operations that write it for everybody."""
