"""What may go wrong: a small tree of exceptions with the library's texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._brenier import Plan


class BrenierError(ValueError):
    """Input that cannot be, in the library's words: the place, what is wrong, and the cure.

    .. versionadded:: 0.1.0
    """


class FileError(BrenierError):
    """A file that is not what it should be; its name comes first.

    .. versionadded:: 0.1.0
    """


class InternalError(BrenierError):
    """A defect of brenier itself; please report it with the input.

    .. versionadded:: 0.1.0
    """


class NotConverged(RuntimeError):
    """A solve that ended without keeping its promise.

    Attributes
    ----------
    plan : Plan
        The best state.
    status : str
        How it ended: "not converged", "interrupted" or "time limit".

    .. versionadded:: 0.1.0
    """

    plan: Plan
    status: str

    def __init__(self, message: str, plan: Plan, status: str) -> None:
        super().__init__(message)
        self.plan = plan
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.plan, self.status))


class BrenierWarning(UserWarning):
    """What was done to the input: sites merged, masses dropped.

    .. versionadded:: 0.1.0
    """
