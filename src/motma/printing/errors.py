"""What printing declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class TooCostly(Declined):
    """The document took too long or became too large: print fewer at a time."""

    code = "printing.too-costly"
    kind = Kind.REFUSED


@dataclass
class NobodyToPrint(Declined):
    """None of these people has a code that can be printed."""

    code = "printing.nobody"
    kind = Kind.REFUSED


@dataclass
class OtherJob(Declined):
    """The folder holds another print job, or other files: give an empty folder."""

    code = "printing.other-job"
    kind = Kind.REFUSED


@dataclass
class JobRunning(Declined):
    """Another process is printing into this folder."""

    code = "printing.job-running"
    kind = Kind.BUSY


@dataclass
class DiskFull(Declined):
    """The disk is full: free some room and run it again; what is finished stays."""

    code = "printing.disk-full"
    kind = Kind.UNAVAILABLE


@dataclass
class NotWritable(Declined):
    """Nothing can be written there: give a file or folder of your own."""

    code = "printing.not-writable"
    kind = Kind.REFUSED


@dataclass
class PlaceUnknown(Declined):
    """No such place, or none of the caller's organisation, or it is closed."""

    code = "printing.place-unknown"
    kind = Kind.UNKNOWN


@dataclass
class AddressUnset(Declined):
    """The code of a place holds our address: set MOTMA_PUBLIC_URL to an https:// one first."""

    code = "printing.address-unset"
    kind = Kind.REFUSED
