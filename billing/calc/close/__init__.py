"""Month end in plain values: findings, figures and the digest two people sign."""
