"""Peer evaluation: who is asked, what they are asked, what it comes to. Pure (docs/formats/peer-evaluation)."""
