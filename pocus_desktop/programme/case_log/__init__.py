"""The case log: by hand, from CSV, counted from DICOM; and what looks like a patient in it (formats/programme 12)."""
