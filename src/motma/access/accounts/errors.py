"""What accounts decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class CodeWrong(Declined):
    """A wrong code, or one that is out of date, used, tried too often, or never was: all alike."""

    code = "accounts.code-refused"
    kind = Kind.REFUSED


@dataclass
class PinNeeded(Declined):
    """The code is right; this account also asks for its PIN. Send the same again with it."""

    code = "accounts.pin-needed"
    kind = Kind.REFUSED


@dataclass
class PinRefused(Declined):
    """The code is right, the PIN is not; five tries in all, then ask for another code."""

    code = "accounts.pin-refused"
    kind = Kind.REFUSED


@dataclass
class PhoneShared(Declined):
    """This number stands for several people: it signs in only accounts that have a PIN."""

    code = "accounts.phone-shared"
    kind = Kind.REFUSED


@dataclass
class PhoneOff(Declined):
    """Nobody sends messages here: use an activation code, another device or a passkey."""

    code = "accounts.phone-off"
    kind = Kind.REFUSED


@dataclass
class CodesDelayed(Declined):
    """Messages take too long just now; `expected_at` is when a code would come."""

    code = "accounts.codes-delayed"
    kind = Kind.UNAVAILABLE
    expected_at: str


@dataclass
class CoolingDown(Declined):
    """This device came by phone or a new passkey a short while ago: not before `until`."""

    code = "accounts.cooling-down"
    kind = Kind.REFUSED
    until: str


@dataclass
class DeviceUnknown(Declined):
    """No device of yours; somebody else's and one that never was look alike."""

    code = "accounts.device-unknown"
    kind = Kind.UNKNOWN


@dataclass
class PasskeyRefused(Declined):
    """No passkey of ours, a late or used challenge, or a page that is not ours: all alike."""

    code = "accounts.passkey-refused"
    kind = Kind.REFUSED


@dataclass
class PasskeyUnknown(Declined):
    """No passkey of yours; somebody else's and one that never was look alike."""

    code = "accounts.passkey-unknown"
    kind = Kind.UNKNOWN


@dataclass
class PasskeysFull(Declined):
    """You have as many passkeys as may be: remove one first."""

    code = "accounts.passkeys-full"
    kind = Kind.REFUSED
    most: int


@dataclass
class PasskeysOff(Declined):
    """This address has no passkeys: they need https and a name, or this machine itself."""

    code = "accounts.passkeys-off"
    kind = Kind.REFUSED
