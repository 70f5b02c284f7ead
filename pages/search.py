"""search: in the making."""
