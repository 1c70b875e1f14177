"""The rules of the programme as dated rows with sources (docs/formats/programme 1)."""
