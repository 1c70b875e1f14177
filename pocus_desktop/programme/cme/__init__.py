"""Continuing education: cycles, what counts where, and how far it is (formats/programme 10)."""
