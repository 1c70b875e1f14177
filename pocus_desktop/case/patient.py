"""The patient: who they are, and how they do as the case's own clock goes on."""

from typing import Literal

from pydantic import Field

from pocus_desktop.case.conditions import Condition
from pocus_desktop.case.values import Duration, Model, Name, Text


class Vitals(Model):
    """Vital signs; what is not measured is left out."""

    heart_rate_bpm: int | None = Field(default=None, ge=0, le=350)
    systolic_mmhg: int | None = Field(default=None, ge=0, le=350)
    diastolic_mmhg: int | None = Field(default=None, ge=0, le=250)
    respiratory_rate_per_min: int | None = Field(default=None, ge=0, le=120)
    spo2_percent: int | None = Field(default=None, ge=0, le=100)
    temperature_c: float | None = Field(default=None, ge=20, le=46)
    pain_of_10: int | None = Field(default=None, ge=0, le=10)


class PatientChange(Model):
    """A change of the patient's state: after so much simulated time in the state, when the condition holds, or both."""

    after: Duration | None = None
    when: Condition | None = None
    go: Name


class PatientState(Model):
    """One state of the patient, with the vital signs seen in it."""

    id: Name
    title: Text
    vitals: Vitals
    note: Text | None = None
    then: tuple[PatientChange, ...] = ()


class Patient(Model):
    """The patient's summary and states; the first state is where they start."""

    name: Text
    age_years: int = Field(ge=0, le=130)
    sex: Literal["female", "male", "other", "unknown"]
    complaint: Text
    history: tuple[Text, ...] = ()
    medications: tuple[Text, ...] = ()
    allergies: tuple[Text, ...] = ()
    states: tuple[PatientState, ...] = Field(min_length=1)
