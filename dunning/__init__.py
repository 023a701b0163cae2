"""Recovery: what happens between a failed or overdue payment and its end. Access is only ever advised."""
