"""The documents that a portfolio and the academy hold (docs/formats/programme 3)."""
