"""data: in the making."""
