"""`pocus rehearse`: the whole delivery with scripted people, so that the real day holds no surprise."""
