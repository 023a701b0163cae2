"""The trail at the doors: which pages show personal data, who saw them, and what they changed."""
