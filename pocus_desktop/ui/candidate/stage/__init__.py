"""The stage of a step: clip, cine, image, patient."""
