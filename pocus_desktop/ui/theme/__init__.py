"""Tokens become palettes, style sheets, fonts and icons; nothing else here knows a colour or a size."""
