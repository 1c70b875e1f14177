"""Signatures, sealing, chunked encryption and keys; the only door to the cryptography library."""
