"""One screen a module, one for each view of a sitting."""
