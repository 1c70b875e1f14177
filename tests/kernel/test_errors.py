"""What others wrote is told so that it can be read, and steers nothing."""

from pocus_desktop.kernel.canonical import NotCanonicalError


def test_a_parameter_neither_steers_a_terminal_nor_fills_the_screen() -> None:
    told = str(NotCanonicalError(reason="a\x1b[2J\u202eb\ud800" + "c" * 5000))
    assert told.replace("\n", "").isprintable()
    told.encode()
    assert "a?[2J?b?ccc" in told
    assert len(told) < 2000


def test_a_parameter_stays_as_it_is_for_programs() -> None:
    assert NotCanonicalError(reason="\x00").params == {"reason": "\x00"}
