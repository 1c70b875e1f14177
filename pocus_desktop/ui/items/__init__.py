"""The widgets of the interactions, one a file, joined by the registry."""
