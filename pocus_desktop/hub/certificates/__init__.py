"""Certificates at the hub: issued, renewed, suspended, revoked, and shown to anyone who has their address."""
