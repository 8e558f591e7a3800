"""Metrics: what one process counts while it runs, in memory; Prometheus adds it up.

Labels are names of channels, kinds, fates and loggers: never of anybody.
"""

import logging
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Where latencies are told apart."""


class Metrics:
    """The counters of a process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"namespace": "zhigong", "registry": self.registry}
        self.updates = Counter(
            "updates", "Updates taken and committed.", ["channel"], **own
        )
        self.taking = Histogram(
            "update_seconds",
            "From an update's arrival until it and its replies are committed.",
            buckets=SECONDS,
            **own,
        )
        self.messages = Counter(
            "messages",
            "What became of messages sent.",
            ["channel", "kind", "fate"],
            **own,
        )
        self.sending = Histogram(
            "send_seconds",
            "One request that sends a message.",
            ["channel"],
            buckets=SECONDS,
            **own,
        )
        self.errors = Counter(
            "errors", "Errors in the log, by who logged them.", ["logger"], **own
        )

    @property
    def all_errors(self) -> int:
        """How many errors were logged since the start."""
        samples = (one for family in self.errors.collect() for one in family.samples)
        return int(sum(one.value for one in samples if one.name.endswith("_total")))


class CountErrors(logging.Handler):
    """Counts what is logged as an error."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.ERROR)
        self.metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        self.metrics.errors.labels(record.name).inc()
