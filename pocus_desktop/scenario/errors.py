"""What can be wrong with a chart, with a stored configuration, or with a run of events."""

from pocus_desktop.kernel.errors import Blame, PocusError


class ScenarioError(PocusError):
    """Anything the scenario refuses; always one of the classes below."""

    code = "scenario.refused"
    blame = Blame.CONTENT


class DuplicateStateError(ScenarioError):
    """Two states share an id."""

    code = "scenario.duplicate_state"


class UnknownTargetError(ScenarioError):
    """A transition, an initial or a history default leads to a state that is not there."""

    code = "scenario.unknown_target"


class IllegalTargetsError(ScenarioError):
    """The targets of one transition lie inside each other, or cannot be active together."""

    code = "scenario.illegal_targets"


class BadInitialError(ScenarioError):
    """A state's initial leads out of the state, or stands where none may."""

    code = "scenario.bad_initial"


class BadHistoryError(ScenarioError):
    """A history has no default, or one that is not below its parent."""

    code = "scenario.bad_history"


class MisplacedStateError(ScenarioError):
    """A state stands, or holds something, where its kind does not allow it."""

    code = "scenario.misplaced_state"


class EmptyTransitionError(ScenarioError):
    """A transition has neither event, condition nor target."""

    code = "scenario.empty_transition"


class BadEventError(ScenarioError):
    """An event descriptor is empty or holds a blank."""

    code = "scenario.bad_event"


class UnknownReferenceError(ScenarioError):
    """A condition or an action names a variable, an item or a state that the chart does not have."""

    code = "scenario.unknown_reference"


class TooDeepError(ScenarioError):
    """States or conditions are nested deeper than the bound."""

    code = "scenario.too_deep"


class DuplicateTimerError(ScenarioError):
    """Two states arm timers of the same id."""

    code = "scenario.duplicate_timer"


class NegativeTimeError(ScenarioError):
    """A timer or an advance of the clock is negative."""

    code = "scenario.negative_time"


class DoesNotSettleError(ScenarioError):
    """One event set off more microsteps than the bound: the chart runs in a circle."""

    code = "scenario.does_not_settle"


class BadConfigurationError(ScenarioError):
    """A stored configuration is not one of this chart's."""

    code = "scenario.bad_configuration"


class WrongChartError(ScenarioError):
    """A stored configuration belongs to another chart."""

    code = "scenario.wrong_chart"


class NewerConfigurationError(ScenarioError):
    """A stored configuration was written by a newer program."""

    code = "scenario.newer_configuration"


class NotXmlError(ScenarioError):
    """An SCXML document is not well-formed XML, or uses what is never read (entities, external documents)."""

    code = "scenario.not_xml"


class NotScxmlError(ScenarioError):
    """The root element is not `scxml` in the SCXML namespace."""

    code = "scenario.not_scxml"


class UnsupportedElementError(ScenarioError):
    """An element needs scripts, data or invocations, or is not known."""

    code = "scenario.unsupported_element"


class UnsupportedAttributeError(ScenarioError):
    """An attribute would be evaluated as code, or its value is not one that this reader takes."""

    code = "scenario.unsupported_attribute"


class UnsupportedConditionError(ScenarioError):
    """A condition is more than `In('state')`, `true`, `false` and their combinations."""

    code = "scenario.unsupported_condition"


class MisplacedElementError(ScenarioError):
    """An element stands where SCXML does not allow it, or lacks what it must have."""

    code = "scenario.misplaced_element"


class BadEventListError(ScenarioError):
    """The list of events for a conformance run is not one."""

    code = "scenario.bad_event_list"


class CaseUnfitError(ScenarioError):
    """An assessment cannot be compiled to a chart."""

    code = "scenario.case_unfit"
