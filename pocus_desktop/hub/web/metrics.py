"""What operators watch, in the format that Prometheus scrapes (docs/guides/hub.md; docs/adr/0133).

Labels are route templates, status classes and error codes: never a person, a station or an address. Each process counts
for itself and is scraped at a port of its own; what the database knows is read from it when it is asked for, so that
every process tells the same.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pocus_desktop.hub.errors import AddressInUseError
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError

LOOPBACK: Final = "127.0.0.1"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)

Reading = Mapping[str, Mapping[str, float]]
"""Of a gauge's name: its values by label; an empty label where it has none."""


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = Counter("pocus_hub_envelopes_accepted", "Envelopes that were new", registry=self.registry)
        self.repeated = Counter(
            "pocus_hub_receipts_repeated", "Envelopes that were held already", registry=self.registry
        )
        self.refused = Counter(
            "pocus_hub_refused", "Answers with a problem, by its code", ["code"], registry=self.registry
        )
        self.limited = Counter(
            "pocus_hub_rate_limited", "Requests that came too often", ["door"], registry=self.registry
        )
        self.seconds = Histogram(
            "pocus_hub_request_seconds",
            "From the head of a request to the end of its answer",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.under_way = Gauge("pocus_hub_requests_under_way", "Requests being answered", registry=self.registry)

    def watch(self, read: Callable[[], Reading]) -> None:
        """Tell besides what `read` finds, each time that the figures are asked for."""
        self.registry.register(_Held(read))

    def told(self) -> bytes:
        """The figures as text."""
        return generate_latest(self.registry)


class _Held(Collector):
    """What the database and the disk say now."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read
        self._lock = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing: asking needs the database, and is left until someone scrapes."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """One gauge a name; none where the database does not answer, which `pocus_hub_is_ready` tells."""
        with self._lock:
            try:
                found = self._read()
            except PocusError as error:
                log.failure(error)
                found = {}
        yield GaugeMetricFamily("pocus_hub_is_ready", "Whether the records can be read", float(bool(found)))
        for name, values in found.items():
            gauge = GaugeMetricFamily(name, name.removeprefix("pocus_hub_").replace("_", " "), labels=_labels(values))
            for label, value in values.items():
                gauge.add_metric([label] if label else [], value)
            yield gauge


@contextmanager
def exposed(metrics: Metrics, port: int | None, host: str = LOOPBACK) -> Iterator[int | None]:
    """Give the figures at a port of their own while the context lasts.

    Args:
        metrics: Whose.
        port: 0 takes a free one; None gives them nowhere.
        host: This computer alone, unless told otherwise.

    Raises:
        AddressInUseError: It cannot listen there.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=metrics.registry)
    except OSError as problem:
        raise AddressInUseError(host=host, port=port, reason=problem.strerror or "") from problem
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _labels(values: Mapping[str, float]) -> list[str]:
    return ["status"] if any(values) else []
