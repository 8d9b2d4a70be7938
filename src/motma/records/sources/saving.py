"""What separates a database that is away from one item that can't be taken."""

from typing import Final

import asyncpg
from asyncpg import exceptions

#: Code of an item that no rule refused and that still could not be taken: a defect of ours.
DEFECT: Final = "sources.defect"

#: The whole page is to be tried again later; nothing is wrong with an item.
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    exceptions.PostgresConnectionError,
    exceptions.OperatorInterventionError,
    exceptions.InsufficientResourcesError,
    exceptions.TransactionRollbackError,
    exceptions.ObjectNotInPrerequisiteStateError,
)


def is_away(error: Exception) -> bool:
    """Whether the database, and no item, is the reason.

    asyncpg calls a value that it can't encode an InterfaceError too, but also a ValueError.
    """
    return isinstance(error, _AWAY) and not isinstance(error, ValueError)
