"""What can go wrong with clips and cines, each under its own stable code."""

from pocus_desktop.kernel.errors import Blame, PocusError


class VlcMissingError(PocusError):
    """libVLC is not on this computer."""

    code = "media.vlc_missing"
    blame = Blame.ENVIRONMENT


class VlcPluginsMissingError(PocusError):
    """libVLC is there and its plugins are not."""

    code = "media.vlc_plugins_missing"
    blame = Blame.ENVIRONMENT


class VlcBrokenError(PocusError):
    """libVLC and its plugins are there and do not show the test clip."""

    code = "media.vlc_broken"
    blame = Blame.ENVIRONMENT


class NothingLoadedError(PocusError):
    """A player was told to play before it was given a clip."""

    code = "media.nothing_loaded"
    blame = Blame.BUG


class PlayerClosedError(PocusError):
    """A player was used after it was closed."""

    code = "media.player_closed"
    blame = Blame.BUG


class WrongThreadError(PocusError):
    """A player was used from a thread that is not its owner's."""

    code = "media.wrong_thread"
    blame = Blame.BUG


class UnplayableError(PocusError):
    """The bytes of a clip are not a clip that the player knows."""

    code = "media.unplayable"
    blame = Blame.CONTENT


class NoPictureError(PocusError):
    """A video runs and shows nothing."""

    code = "media.no_picture"
    blame = Blame.CONTENT


class CutShortError(PocusError):
    """A clip ended well before its declared length."""

    code = "media.cut_short"
    blame = Blame.CONTENT


class SourceUnreadableError(PocusError):
    """Reading the bytes of a clip failed below us (a disk, a removed drive)."""

    code = "media.source_unreadable"
    blame = Blame.ENVIRONMENT


class SourceShortError(PocusError):
    """A clip's reader gave fewer bytes than it declared."""

    code = "media.source_short"
    blame = Blame.CONTENT


class CineError(PocusError):
    """A cine file that is refused; subclasses say why (formats/cine)."""

    code = "media.cine_malformed"
    blame = Blame.CONTENT


class CineContainerError(CineError):
    """The file is not the one container that a cine may be (formats/cine 1)."""

    code = "media.cine_container"


class CineVersionError(CineError):
    """The cine's version is not one this program reads (formats/cine 2.1)."""

    code = "media.cine_version"


class CineHeaderError(CineError):
    """`cine.json` misses a field, has a wrong one, or says what cannot be (formats/cine 2)."""

    code = "media.cine_header"


class CineTimesError(CineError):
    """Frame times do not start at zero or do not rise (formats/cine 2.3)."""

    code = "media.cine_times"


class CineFramesError(CineError):
    """The frames in the file are not the frames the header counts (formats/cine 3.1)."""

    code = "media.cine_frames"


class CineFrameError(CineError):
    """One frame is not a lossless picture of the declared kind and size (formats/cine 3.2)."""

    code = "media.cine_frame"


class CineRegionOutsideError(CineError):
    """A calibration region reaches outside the frame (formats/cine 4.2)."""

    code = "media.cine_region_outside"


class CineRegionKindError(CineError):
    """A calibration region is not two-dimensional tissue measured in length (formats/cine 4.1)."""

    code = "media.cine_region_kind"


class CineRegionScaleError(CineError):
    """A calibration region's millimetres per pixel are not a positive, plausible number (formats/cine 4.3)."""

    code = "media.cine_region_scale"


class CineRegionOverlapError(CineError):
    """Two calibration regions overlap, so a distance would have two lengths (formats/cine 4.4)."""

    code = "media.cine_region_overlap"


class CineTooLargeError(CineError):
    """A cine exceeds the limits on frames, pixels or bytes (formats/cine 1.5)."""

    code = "media.cine_too_large"


class CineIndexError(PocusError):
    """A frame was asked for that the cine does not have."""

    code = "media.cine_index"
    blame = Blame.BUG
