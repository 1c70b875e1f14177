"""The Qt faces: shells, screens, widgets and theme."""
