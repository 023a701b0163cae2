"""What people do in the portal beyond one operation of billing or accounts."""
