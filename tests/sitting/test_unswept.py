"""The collector waits only as long as it is told to."""

import gc

import pytest

from pocus_desktop.sitting.unswept import unswept


def test_the_collector_comes_back_even_after_an_error() -> None:
    @unswept()
    def fail() -> None:
        raise ZeroDivisionError(str(gc.isenabled()))

    with pytest.raises(ZeroDivisionError, match="False"):
        fail()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with unswept():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
