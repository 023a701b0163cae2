"""Scenarios: stories with dates, plain figures and expectations. Read and compared here, played elsewhere."""
