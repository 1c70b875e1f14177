"""Whom to trust for what, and what is current: policy, TUF metadata, the ceremony that makes it."""
