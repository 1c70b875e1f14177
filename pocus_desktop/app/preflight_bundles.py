"""The bundles that a preflight asks for: each is opened for everyone who needs it, and read to its last byte once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pocus_desktop import __version__
from pocus_desktop.admission.preflight_report import Check
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_errors import NotReleasedError, UnlockTooEarlyError, WordsNeededError
from pocus_desktop.admission.unlocking import ReleasedKey
from pocus_desktop.app.library_check import verify_all
from pocus_desktop.bundle.library import Entry, Library
from pocus_desktop.bundle.verifier import Progress, VerifiedBundle, open_known_bundle
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.header import Header

FindKey: TypeAlias = Callable[[int], ReleasedKey | None]
"""The content key for a version of the bundle, at the moment of the sitting; raises what `content_key_for` does."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    entry: Entry
    opening: Callable[[], VerifiedBundle]
    subjects: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChecks:
    """What is found out about bundles.

    Attributes:
        library: The station's.
        trusting: How bundles are judged.
        now_ms: The present, never earlier than the latest time seen.
    """

    library: Library
    trusting: Trusting
    now_ms: int
    _wanted: dict[Path, _Wanted] = field(default_factory=dict)

    def need(
        self, subject: str, bundle_id: str, minimum_version: int, *, at_ms: int, find_key: FindKey | None
    ) -> Iterator[Check]:
        """Whether a bundle is here and may be opened at a moment, and its key.

        Args:
            subject: Who needs it.
            bundle_id: Which.
            minimum_version: In which version or newer.
            at_ms: When.
            find_key: Looks for its content key; None where the key comes with what is not here yet.
        """
        try:
            entry = self.library.find(bundle_id, minimum_version)

            def opening() -> VerifiedBundle:
                return self.library.open(entry, self.trusting.policy, now_ms=at_ms, app_version=__version__)

            with opening() as bundle:
                manifest = bundle.manifest
                keys = [self._key(subject, bundle, at_ms, find_key)] if find_key is not None else []
        except PocusError as problem:
            yield Check.of(subject, problem)
            return
        params: dict[str, str | int | float | bool] = {"bundle": manifest.bundle_id, "version": manifest.version}
        yield Check(subject=subject, level="ok", code="bundle_here", params=params)
        yield from keys
        self._want(entry, subject, opening)

    def need_again(self, subject: str, header: Header, *, find_key: FindKey) -> Iterator[Check]:
        """Whether the version that a sitting was begun with is here, and opens."""
        try:
            entry = self.library.held(header.bundle_id, header.bundle_version)
            if entry is None:
                params: dict[str, str | int | float | bool] = {
                    "bundle": header.bundle_id,
                    "version": header.bundle_version,
                }
                yield Check(subject=subject, level="problem", code="app.version_missing", params=params)
                return
            path, digest = entry.path, entry.record.digest

            def opening() -> VerifiedBundle:
                return open_known_bundle(path, digest=digest)

            with opening() as bundle:
                is_sealed = bundle.manifest.mode == "sealed"
            if is_sealed:
                find_key(header.bundle_version)
        except PocusError as problem:
            yield Check.of(subject, problem)
            return
        yield Check(subject=subject, level="note", code="to_be_resumed")
        self._want(entry, subject, opening)

    def read_all(
        self, progress: Callable[[Progress], None] | None, cancel: Callable[[], bool] | None
    ) -> Iterator[Check]:
        """Verify every byte of every bundle that was needed."""
        wanted = sorted(self._wanted.values(), key=lambda each: -each.entry.record.size_bytes)
        problems = verify_all(
            [each.opening for each in wanted],
            total_bytes=sum(each.entry.record.size_bytes for each in wanted),
            progress=progress,
            cancel=cancel,
        )
        for each, problem in zip(wanted, problems, strict=True):
            size = max(1, each.entry.record.size_bytes // 10**6)
            for subject in each.subjects:
                if problem is None:
                    yield Check(subject=subject, level="ok", code="bytes_sound", params={"size_mb": size})
                else:
                    yield Check.of(subject, problem)

    def _want(self, entry: Entry, subject: str, opening: Callable[[], VerifiedBundle]) -> None:
        wanted = self._wanted.setdefault(entry.path, _Wanted(entry, opening, []))
        if subject not in wanted.subjects:
            wanted.subjects.append(subject)

    def _key(self, subject: str, bundle: VerifiedBundle, at_ms: int, find_key: FindKey) -> Check:
        """Whether the content key is here, or how it is to come."""
        manifest = bundle.manifest
        if manifest.mode != "sealed":
            return Check(subject=subject, level="ok", code="key_open")
        try:
            found = find_key(manifest.version)
            if found is not None and at_ms <= self.now_ms:  # it is released already: a wrong one is found out now
                bundle.unlock(found.key)
        except WordsNeededError as problem:
            return Check(subject=subject, level="note", code="key_by_words", params=dict(problem.params))
        except UnlockTooEarlyError as problem:
            return Check(subject=subject, level="note", code="key_later", params=dict(problem.params))
        except NotReleasedError as problem:
            if at_ms <= self.now_ms:
                return Check.of(subject, problem)
            return Check(subject=subject, level="note", code="key_to_come", params=dict(problem.params))
        except PocusError as problem:
            return Check.of(subject, problem)
        return Check(subject=subject, level="ok", code="key_here")
