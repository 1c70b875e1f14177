"""How a case travels: container, manifest, writer, reader, verifier and the station's library."""
