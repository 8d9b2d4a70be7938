"""What is missing for matching on Spark."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class SparkMissing(Declined):
    """Matching on Spark needs something that is not installed here."""

    code = "match.spark-missing"
    kind = Kind.UNAVAILABLE
    missing: str
    install: str  # the command that brings it


@dataclass
class SparkFailed(Declined):
    """Spark broke off; it logs nothing, since its messages may hold what the files say."""

    code = "match.spark-failed"
    kind = Kind.UNAVAILABLE
    where: str  # the function and line that failed, without its message
