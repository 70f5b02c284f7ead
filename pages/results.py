"""results: in the making."""
