"""Makes the media of the sample cases: simulated ultrasound, drawn scenes, speech, captions."""
