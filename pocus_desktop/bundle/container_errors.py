"""Why a file is not a well-formed bundle container: one named error for each cause (formats/bundle 2)."""

from pocus_desktop.kernel.errors import Blame, PocusError


class NotABundleError(PocusError):
    """The file is no ZIP at all."""

    code = "bundle.not_a_bundle"
    blame = Blame.CONTENT


class TruncatedError(PocusError):
    """The file ends before its end record does, or is shorter than its directory says."""

    code = "bundle.truncated"
    blame = Blame.CONTENT


class TrailingBytesError(PocusError):
    """Something follows the end record."""

    code = "bundle.trailing_bytes"
    blame = Blame.CONTENT


class LeadingBytesError(PocusError):
    """Something stands before the first member."""

    code = "bundle.leading_bytes"
    blame = Blame.CONTENT


class CommentError(PocusError):
    """The archive or a member carries a comment."""

    code = "bundle.comment"
    blame = Blame.CONTENT


class MultiDiskError(PocusError):
    """The archive says that it is split over several files."""

    code = "bundle.multi_disk"
    blame = Blame.CONTENT


class NoMimetypeError(PocusError):
    """The first member is not `mimetype`."""

    code = "bundle.no_mimetype"
    blame = Blame.CONTENT


class WrongMimetypeError(PocusError):
    """The first member names another kind of file."""

    code = "bundle.wrong_mimetype"
    blame = Blame.CONTENT


class Zip64MismatchError(PocusError):
    """The ZIP64 records are missing, or do not agree with each other or with the file."""

    code = "bundle.zip64_mismatch"
    blame = Blame.CONTENT


class DirectoryDamagedError(PocusError):
    """The central directory is not a list of as many entries as the end record says."""

    code = "bundle.directory_damaged"
    blame = Blame.CONTENT


class TooManyMembersError(PocusError):
    """There are more members than the limit."""

    code = "bundle.too_many_members"
    blame = Blame.CONTENT


class TooDeepError(PocusError):
    """A member lies in more folders than the limit."""

    code = "bundle.too_deep"
    blame = Blame.CONTENT


class DuplicateMemberError(PocusError):
    """Two members have one name, or names that some systems take for one."""

    code = "bundle.duplicate_member"
    blame = Blame.CONTENT


class AbsolutePathError(PocusError):
    """A member's name begins at a root or a drive."""

    code = "bundle.absolute_path"
    blame = Blame.CONTENT


class ParentPathError(PocusError):
    """A member's name climbs with `..`."""

    code = "bundle.parent_path"
    blame = Blame.CONTENT


class BackslashPathError(PocusError):
    """A member's name has a backslash."""

    code = "bundle.backslash_path"
    blame = Blame.CONTENT


class NameNotUtf8Error(PocusError):
    """A member's name is not UTF-8."""

    code = "bundle.name_not_utf8"
    blame = Blame.CONTENT


class BadNameError(PocusError):
    """A member's name is empty, too long, not normalised, or has a character that names may not have."""

    code = "bundle.bad_name"
    blame = Blame.CONTENT


class CompressedMemberError(PocusError):
    """A member is compressed."""

    code = "bundle.compressed_member"
    blame = Blame.CONTENT


class EncryptedMemberError(PocusError):
    """A member carries ZIP's own encryption flag."""

    code = "bundle.encrypted_member"
    blame = Blame.CONTENT


class DataDescriptorError(PocusError):
    """A member's size stands after its data."""

    code = "bundle.data_descriptor"
    blame = Blame.CONTENT


class UnknownFlagsError(PocusError):
    """A member's general flags are not those of a bundle."""

    code = "bundle.unknown_flags"
    blame = Blame.CONTENT


class OverlapError(PocusError):
    """Two parts of the file lie on one another."""

    code = "bundle.overlap"
    blame = Blame.CONTENT


class GapError(PocusError):
    """There are bytes that belong to no part of the file."""

    code = "bundle.gap"
    blame = Blame.CONTENT


class OutOfOrderError(PocusError):
    """The directory lists members in another order than they lie in."""

    code = "bundle.out_of_order"
    blame = Blame.CONTENT


class SizesDisagreeError(PocusError):
    """A member's sizes differ between its two headers, or plain from stored."""

    code = "bundle.sizes_disagree"
    blame = Blame.CONTENT


class HeaderDisagreesError(PocusError):
    """A member's own header says something else than the directory or the manifest."""

    code = "bundle.header_disagrees"
    blame = Blame.CONTENT


class LinkMemberError(PocusError):
    """A member is a symbolic link."""

    code = "bundle.link_member"
    blame = Blame.CONTENT


class FolderMemberError(PocusError):
    """A member is a folder."""

    code = "bundle.folder_member"
    blame = Blame.CONTENT


class MemberAttributesError(PocusError):
    """A member carries a time, a version or attributes that a bundle never writes."""

    code = "bundle.member_attributes"
    blame = Blame.CONTENT


class ExtraFieldError(PocusError):
    """A member carries an extra field other than its ZIP64 sizes."""

    code = "bundle.extra_field"
    blame = Blame.CONTENT


class ChecksumError(PocusError):
    """The manifest's bytes do not fit the checksum in the directory."""

    code = "bundle.checksum"
    blame = Blame.CONTENT
