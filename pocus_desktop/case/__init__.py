"""What a case is: models, interactions, captions, scripts and the loader of case sources."""
