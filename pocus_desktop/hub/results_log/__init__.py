"""The academy's log of accepted results: entering, auditing, writing a copy of it (docs/formats/log.md)."""
