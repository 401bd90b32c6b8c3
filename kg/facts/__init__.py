"""What the articles say together: facts and disputes, events, near-duplicates; when a statement holds; how two graphs differ."""
