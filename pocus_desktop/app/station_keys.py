"""A station's keys in its key store, as the faces ask for them."""

from pocus_desktop.admission.own_keys import own_keys as station_keys

__all__ = ["station_keys"]
