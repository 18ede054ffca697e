"""A package of somebody else's: an entry of every kind, nothing of hybridq edited."""
