"""Response processing and score reports."""
