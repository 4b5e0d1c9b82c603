"""Emergency access, as those hear of it who watch over it (R-31)."""
