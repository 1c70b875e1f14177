"""Case sources: YAML folders read into models, with every problem told by file, line, column and fix."""
