"""How the people and the monitor of a drawn scene stand at one time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How the scene stands at one time.

    Attributes:
        seconds: Time, for breath, blinks and the monitor.
        nurse_mouth: How far the nurse's mouth is open, 0 to 1.
        patient_mouth: How far the patient's is.
        nurse_looks: Where the nurse looks: -1 at the viewer, 1 at the patient.
        patient_hand: 0 at rest, 1 pointing at the calf.
        heart_rate: On the monitor.
        spo2: On the monitor.
    """

    seconds: float
    nurse_mouth: float = 0.0
    patient_mouth: float = 0.0
    nurse_looks: float = 1.0
    patient_hand: float = 0.0
    heart_rate: int = 88
    spo2: int = 97
