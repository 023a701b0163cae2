"""Pure decisions of billing: frozen records in, frozen records out. No framework, no clock, no I/O."""
