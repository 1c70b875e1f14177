"""Peer evaluation at the academy: records, mail, and the pages of evaluators (docs/formats/peer-evaluation)."""
