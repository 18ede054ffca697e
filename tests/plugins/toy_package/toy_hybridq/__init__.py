"""A package of somebody else's: one family, one mixer, one engine, nothing of hybridq edited."""
