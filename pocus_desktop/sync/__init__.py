"""Carrying sealed results to the academy: a durable outbox, and transports that bring back signed receipts."""
