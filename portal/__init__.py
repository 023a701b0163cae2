"""What customers see: who pays, who uses, and why an amount is what it is."""
