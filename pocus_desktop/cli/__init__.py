"""The command line: everything a screen can do."""
