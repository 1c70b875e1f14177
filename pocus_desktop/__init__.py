"""POCUS Desktop: offline, case-based assessment in point-of-care ultrasound."""

__version__: str


def __getattr__(name: str) -> str:
    """The version, looked up when first asked for: what finds it costs as much as a bare window's first paint."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version  # for start-up time

    return version("pocus-desktop")
