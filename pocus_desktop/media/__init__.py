"""How clips and cines play: the Player port, its VLC player, the cine format."""
