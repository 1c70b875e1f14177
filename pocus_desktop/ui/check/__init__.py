"""The system check: probes of this machine, each finding with its reason and its remedy."""
