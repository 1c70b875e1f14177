"""What item writers use: importers of media, templates, preview sessions and the bundle build."""
