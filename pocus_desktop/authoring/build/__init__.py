"""From a case source to a signed bundle and its sealed scoring key."""
