"""What an answer leads to: which operation takes a value of it next (OpenAPI links)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The operation to call next, and which values of this call it takes."""

    to: str
    body: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def entry(self) -> dict[str, Any]:
        """The link as it stands in the document."""
        entry: dict[str, Any] = {"operationId": self.to}
        if self.parameters:
            entry["parameters"] = dict(self.parameters)
        if self.body:
            entry["requestBody"] = dict(self.body)
        return entry


def of(operation: str) -> dict[str, dict[str, Any]]:
    """The links of an operation's success, by the name of where they lead."""
    return {link.to: link.entry() for link in LINKS.get(operation, ())}


def _person(qid: str, *operations: str) -> list[Link]:
    return [Link(to=each, body={"qid": qid}) for each in operations]


_DESK: Final = (
    "find_person",
    "correct_person",
    "link_document",
    "make_activation_code",
    "print_code",
    "list_reads",
    "reissue_card",
    "replace_qid",
    "revoke_qid",
)
_CLAIM: Final = {
    "person_id": "$response.body#/0/person_id",
    "claim_id": "$response.body#/0/claim_id",
}
_CODE: Final = Link(to="scan", body={"code": "$response.body#/text"})
_DEPENDANT: Final = {"dependant_id": "$response.body#/0/dependant_id"}

#: Operation → what its answer leads to.
LINKS: Final[Mapping[str, Sequence[Link]]] = {
    "register_person": _person("$response.body#/qid", *_DESK, "merge_people"),
    "search_people": _person("$response.body#/0/qid", *_DESK),
    "find_person": _person("$response.body#/qid", "replace_qid", "revoke_qid"),
    "replace_qid": _person("$response.body#/qid", *_DESK),
    "merge_people": [
        *_person("$request.body#/qid", "undo_merge", "find_person", "revoke_qid"),
        *_person("$request.body#/into", "replace_qid"),
    ],
    "print_code": [_CODE],
    "my_code": [_CODE],
    "scan": [
        Link(to="handle_scan", parameters={"scan_id": "$response.body#/scan_id"}),
        Link(to="log_proof", parameters={"event": "$response.body#/scan_id"}),
    ],
    "list_cases": [
        Link(
            to="decide_case",
            body={
                "person_id": "$response.body#/0/person_id",
                "case_id": "$response.body#/0/case_id",
            },
        )
    ],
    "open_claims": [
        Link(to=each, body=_CLAIM)
        for each in ("show_claim", "accept_claim", "refuse_claim", "undo_claim")
    ],
    "make_activation_code": [Link(to="enrol_device", body={"code": "$response.body#/code"})],
    "enrol_device": [
        Link(to="sign_in", body={"device_id": "$response.body#/device_id"}),
        Link(to="lose_device", body={"device_id": "$response.body#/device_id"}),
    ],
    "my_devices": [Link(to="lose_my_device", body={"device_id": "$response.body#/0/device_id"})],
    "reported_reads": [
        Link(to="decide_reported_read", body={"event_id": "$response.body#/0/event_id"})
    ],
    "my_dependants": [
        Link(to="confirm_dependant", body=_DEPENDANT),
        Link(to="dependant_code", body=_DEPENDANT),
    ],
}
