"""The audit pack: what is claimed of a cycle, with its evidence, as one PDF (formats/audit-pack)."""
