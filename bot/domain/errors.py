"""What a use case refuses, in terms that every door translates into its own."""


class CarillonError(Exception):
    """`text` is a sentence that a person can act on."""

    code = "error"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Invalid(CarillonError):
    code = "invalid"

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class PolicyViolation(CarillonError):
    code = "policy-violation"

    def __init__(
        self,
        text: str,
        *,
        limit: str,
        maximum: int,
        retry_after: int | None = None,
        wait: bool = False,
    ) -> None:
        super().__init__(text)
        self.limit = limit
        self.maximum = maximum
        self.retry_after = retry_after
        self.wait = wait


class NotAllowed(CarillonError):
    code = "not-allowed"


class Forbidden(CarillonError):
    code = "forbidden"


class NotFound(CarillonError):
    code = "not-found"


class Conflict(CarillonError):
    code = "conflict"


class Finished(CarillonError):
    code = "finished"


class NotOffered(CarillonError):
    code = "not-offered"


class Unavailable(CarillonError):
    code = "unavailable"
