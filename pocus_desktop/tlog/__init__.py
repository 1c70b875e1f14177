"""Transparency logs: Merkle trees, signed heads, proofs and tiles; knows nothing of what is logged (formats/log)."""
