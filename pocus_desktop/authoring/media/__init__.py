"""Media on their way into a case: importers of cines and stills, and the recipe for clips."""
