"""How a numbering plan can fail. The text is one sentence."""


class NumberingError(Exception):
    """Base of this package's errors."""


class PlanUnknown(NumberingError):
    """There is no plan for this country: choose another."""


class PlanInvalid(NumberingError):
    """A plan's file cannot be used: mend the file."""
