"""Showing clips and cines: pure widgets without theme, and the relay between a player's threads and Qt's."""
