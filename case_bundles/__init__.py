"""Sample cases, and the tools that make their media."""
