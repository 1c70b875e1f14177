"""Items: one interaction a module, each with its model and its response, joined by the registry."""
