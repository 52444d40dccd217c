"""Why a configuration cannot be used."""


class SettingsError(Exception):
    """The configuration cannot be used; `faults` holds a line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
