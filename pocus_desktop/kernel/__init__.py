"""The ground floor: errors and their words, clock, ids, canonical JSON, files, settings, logging."""
