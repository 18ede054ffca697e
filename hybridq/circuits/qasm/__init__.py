"""OpenQASM 2 and 3: tokens, gates, reading and writing."""
