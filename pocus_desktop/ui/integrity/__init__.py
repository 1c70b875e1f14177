"""Watches for what a proctor may want to know: asks the platform and Qt, and hands facts to the pure detector."""
