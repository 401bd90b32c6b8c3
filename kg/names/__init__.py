"""Whose names are whose: what the user decided, and which item of an authority a name means. Step 4 itself is :mod:`kg.resolve`."""
