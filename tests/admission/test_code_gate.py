"""Wrong sign-in codes at one station: refused, then made to wait, each admission by itself."""

import pytest

from pocus_desktop.admission import sign_in
from pocus_desktop.admission.admission import Admission, Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.sign_in import CodeGate, SignInCodeWaitError, WrongSignInCodeError


def admission(admission_id: str, code: str | None) -> Admission:
    return Admission(
        admission_id=admission_id,
        candidate=Candidate(id="C-1", display_name="A. Person"),
        bundle_id="dvt",
        mode=Mode.DEMO,
        sign_in_code=None if code is None else sign_in.sign_in_verifier(code, admission_id=admission_id),
    )


def test_the_right_code_is_taken_however_it_is_typed() -> None:
    gate, admitted = CodeGate(), admission("adm_1", "K7M-2QX")
    for typed in ("K7M-2QX", "k7m2qx", " k7m 2qx "):
        gate.check(admitted, typed, now_ms=0)
    gate.check(admission("adm_2", None), "", now_ms=0)


def test_after_three_wrong_codes_the_next_waits_and_is_not_looked_at() -> None:
    gate, admitted = CodeGate(), admission("adm_1", "K7M-2QX")
    for _ in range(3):
        with pytest.raises(WrongSignInCodeError):
            gate.check(admitted, "AAA-AAA", now_ms=1000)
    with pytest.raises(SignInCodeWaitError) as waits:
        gate.check(admitted, "K7M-2QX", now_ms=2999)
    assert waits.value.params == {"seconds": 1}
    gate.check(admission("adm_2", "K7M-2QX"), "K7M-2QX", now_ms=1000)
    with pytest.raises(WrongSignInCodeError):
        gate.check(admitted, "AAA-AAA", now_ms=3000)
    with pytest.raises(SignInCodeWaitError) as waits:
        gate.check(admitted, "K7M-2QX", now_ms=3000)
    assert waits.value.params == {"seconds": 4}
    gate.check(admitted, "K7M-2QX", now_ms=7000)
    with pytest.raises(WrongSignInCodeError):
        gate.check(admitted, "AAA-AAA", now_ms=7000)
