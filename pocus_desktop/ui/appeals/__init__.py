"""The face of an appeal: the timeline drawn, walked and printed."""
