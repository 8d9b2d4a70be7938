"""What is wrong with a file that was to be matched."""

from dataclasses import dataclass

from motma.kernel.errors import Malformed


@dataclass
class FileRefused(Malformed):
    """A file can't be matched as it is; `lines` are the first that show why."""

    file: str = ""
    lines: tuple[int, ...] = ()
