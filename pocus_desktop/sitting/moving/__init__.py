"""How a sitting goes on at another station: packed, permitted, taken in, fenced off (docs/formats/move.md)."""
