"""What a whole snapshot and a delta have in common: a line, a packed body, a signature."""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Final

from motma.cards.snapshot.errors import SnapshotForged, SnapshotKeyUnknown
from motma.codec import es256
from motma.codec.issued import FindKey, Sign
from motma.kernel.errors import Malformed

#: Largest file, and largest body once it is unpacked: ten million ended codes.
MOST_BYTES: Final = 96 * 2**20

_LONGEST_LINE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One of the signed files: the word it begins with, and what is bound into its signature.

    The context makes a signature of one form mean nothing in another, nor in any other protocol.
    """

    word: str
    context: bytes

    def write(self, plain: bytes, *, kid: str, sign: Sign) -> bytes:
        """The signed file. `kid` is the key believed active; one changed meanwhile is taken."""
        packed = zlib.compress(plain, level=6)
        text = self.text(kid, packed)
        used, signature = sign(self.context + text)
        if used != kid:
            text = self.text(used, packed)
            again, signature = sign(self.context + text)
            if again != used:
                raise RuntimeError("the signing key changed twice while one file was signed")
        return text + signature

    def read(self, data: bytes, find_key: FindKey) -> bytes:
        """The body, unpacked, once its signature was found to be of a key that is trusted."""
        line = self._line(data)
        version, kid, length, digest = line[1], line[2].decode(), int(line[3]), line[4].decode()
        if version != b"1":
            raise Malformed("snapshot.version")
        end = line.end() + length
        if len(data) < end + es256.SIGNATURE_BYTES:
            raise Malformed("snapshot.truncated")
        packed, signature = data[line.end() : end], data[end:]
        if len(signature) > es256.SIGNATURE_BYTES or hashlib.sha256(packed).hexdigest() != digest:
            raise Malformed("snapshot.corrupted")
        key = find_key(kid)
        if key is None:
            raise SnapshotKeyUnknown(kid)
        if not es256.verify(key, es256.to_digits(signature), self.context + data[:end]):
            raise SnapshotForged
        return _unpacked(packed)

    def read_own(self, made: bytes) -> bytes:
        """The body of a file that was just written here: nothing is checked."""
        line = self._line(made)
        return _unpacked(made[line.end() : line.end() + int(line[3])])

    def is_one(self, data: bytes) -> bool:
        """Whether the file says that it is of this form; nothing is checked."""
        return data.startswith(f"{self.word} ".encode())

    def text(self, kid: str, packed: bytes) -> bytes:
        """What is signed, behind the context."""
        digest = hashlib.sha256(packed).hexdigest()
        return f"{self.word} 1 {kid} {len(packed)} {digest}\n".encode() + packed

    def _line(self, data: bytes) -> re.Match[bytes]:
        shape = rb" ([0-9]+) ([0-9]{6}) ([0-9]{1,9}) ([0-9a-f]{64})\n"
        found = re.compile(self.word.encode() + shape).match(data[:_LONGEST_LINE])
        if found is None:
            raise Malformed("snapshot.not-one")
        return found


#: The whole snapshot.
WHOLE: Final = Form(word="motma-snapshot", context=b"motma.snapshot.v1\n")
#: What leads from one snapshot to a later one.
DELTA: Final = Form(word="motma-snapshot-delta", context=b"motma.snapshot-delta.v1\n")


def _unpacked(packed: bytes) -> bytes:
    """The body; what is signed can be wrong only by a defect, and is refused all the same."""
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(packed, MOST_BYTES)
    except zlib.error:
        raise Malformed("snapshot.content") from None
    if not unpacking.eof:
        raise Malformed("snapshot.content")
    return plain
