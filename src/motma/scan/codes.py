"""What a scanned text says by itself: family, signature, and what to look up."""

from datetime import date

from motma.codec import issued, reading
from motma.codec.bhyt import Bhyt
from motma.codec.cccd import Cccd
from motma.codec.issued import FindKey, Form, Issued, Signature
from motma.codec.living import secret_name
from motma.codec.model import Family, Reading
from motma.codec.personal import Personal
from motma.kernel import documents
from motma.kernel.errors import Malformed
from motma.scan.model import Code


def read(text: str, find_key: FindKey, *, today: date) -> Code:
    """The code behind any text; never raises."""
    found = reading.read(text, today=today)
    warnings = tuple(finding.code for finding in found.warnings)
    value = found.fields
    if isinstance(value, Issued):
        return _issued(found.text, value, find_key, warnings)
    if isinstance(value, Personal):
        return _unsigned_personal(value, warnings)
    if isinstance(value, Cccd):
        held = [("cccd", value.number)]
        if value.old_number:
            held.append(("cmnd", value.old_number))
        return _card(Family.CCCD, held, value.name, str(value.birth), warnings)
    if isinstance(value, Bhyt):
        held = [("bhyt", value.number)]
        return _card(Family.BHYT, held, value.name, str(value.birth), warnings)
    return _stranger(found, find_key, warnings)


def _issued(text: str, value: Issued, find_key: FindKey, warnings: tuple[str, ...]) -> Code:
    issue = value.issue
    return Code(
        family=Family.PERSONAL,
        well_formed=True,
        signature=issued.verify(text, find_key),
        kid=value.kid if value.signature else None,
        qid=issue.qid,
        name=issue.name,
        born=issue.born.replace("-**-**", ""),
        issue_no=issue.number,
        expires_on=issue.expires_on,
        on_phone=issue.form is Form.PHONE,
        living=secret_name(text),
        warnings=warnings,
    )


def _unsigned_personal(value: Personal, warnings: tuple[str, ...]) -> Code:
    return Code(
        family=Family.PERSONAL,
        well_formed=True,
        signature=Signature.NONE,
        qid=value.qid,
        name=value.name,
        born=value.born,
        warnings=warnings,
    )


def _card(
    family: Family,
    held: list[tuple[str, str]],
    name: str,
    born: str,
    warnings: tuple[str, ...],
) -> Code:
    keys = []
    for kind, number in held:
        try:
            keys.append(documents.normalise(kind, number).key)
        except Malformed:
            continue  # an old number of another shape; the first one is enough
    return Code(
        family=family,
        well_formed=True,
        signature=Signature.NONE,
        documents=tuple(keys),
        name=name,
        born=born,
        warnings=warnings,
    )


def _stranger(found: Reading, find_key: FindKey, warnings: tuple[str, ...]) -> Code:
    """Another family, or a text that is malformed; a damaged code of ours may be a forgery."""
    signature = Signature.NONE
    if found.family is Family.PERSONAL and issued.is_issued(found.text):
        signature = issued.verify(found.text, find_key)
    forged = signature is Signature.FORGED
    return Code(
        family=found.family,
        well_formed=found.well_formed or forged,
        signature=signature,
        warnings=warnings,
    )
