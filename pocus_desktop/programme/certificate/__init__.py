"""Certificates: signed, committing to sealed results; their status, their paper (docs/formats/certificate)."""
