"""Response processing: one interaction's rule a module, joined by the registry."""
