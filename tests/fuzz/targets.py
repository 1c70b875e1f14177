"""What is fuzzed: every reader of bytes that others wrote. A target takes bytes and returns; nothing else may come out.

Only a `PocusError` may be raised inside, and then it must be one that can be told. Each target says with what it
begins; the hostile corpus and earlier findings are added by whoever runs it.
"""

from collections.abc import Mapping
from typing import Final

from tests.fuzz.bundle_targets import BUNDLE_TARGETS
from tests.fuzz.certificate_targets import CERTIFICATE_TARGETS
from tests.fuzz.document_targets import DOCUMENT_TARGETS
from tests.fuzz.table_targets import TABLE_TARGETS
from tests.fuzz.target import Target

TARGETS: Final[Mapping[str, Target]] = {
    target.name: target for target in (*BUNDLE_TARGETS, *DOCUMENT_TARGETS, *CERTIFICATE_TARGETS, *TABLE_TARGETS)
}
