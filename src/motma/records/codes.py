"""Codes of diseases, products, tests and results: EU value sets, and the national words for them.

Ships with the codes that are needed; official files add to them (`motma valuesets import`).
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from motma.kernel.errors import Malformed

DISEASES: Final = "disease-agent-targeted"
PRODUCTS: Final = "vaccines-covid-19-names"
TEST_TYPES: Final = "covid-19-lab-test-type"
RESULTS: Final = "covid-19-lab-result"

#: SNOMED CT: COVID-19, of which the tests of the EU value sets are.
COVID_19: Final = "840539006"


@dataclass(frozen=True, slots=True)
class Codes:
    """Known codes by value set, and other words for them."""

    #: value set → code → {display, system}
    sets: Mapping[str, Mapping[str, Mapping[str, str]]]
    #: value set → folded word or foreign code → code
    words: Mapping[str, Mapping[str, str]] = field(repr=False)
    #: value set → code → the national word
    national: Mapping[str, Mapping[str, str]] = field(repr=False)
    #: kinds of test and results: our short word ↔ code
    short: Mapping[str, Mapping[str, str]] = field(repr=False)

    def disease(self, text: str, *, field: str = "disease") -> str:
        """The SNOMED CT code of a disease: itself, ICD-10, or a national word.

        >>> shipped().disease("U07.1"), shipped().disease("sởi")
        ('840539006', '14189004')
        """
        return self._find(DISEASES, text, field)

    def product(self, text: str, *, field: str = "product") -> str:
        """The code of a medicinal product: itself, or the name under which it is known here.

        >>> shipped().product("Vero Cell"), shipped().product("Pfizer")
        ('BBIBP-CorV', 'EU/1/20/1528')
        """
        return self._find(PRODUCTS, text, field)

    def test_kind(self, text: str, *, field: str = "kind") -> str:
        """`naat`, `rapid` or `antibody`, of a LOINC code or a national word."""
        return self._shorten(TEST_TYPES, text, field)

    def result(self, text: str, *, field: str = "result") -> str:
        """`negative`, `positive` or `inconclusive`, of a SNOMED CT code or a national word.

        >>> shipped().result("Âm tính"), shipped().result("260373001")
        ('negative', 'positive')
        """
        return self._shorten(RESULTS, text, field)

    def code_of(self, value_set: str, short: str) -> str:
        """The official code behind one of our short words."""
        return self.short[value_set][short]

    def system_of(self, value_set: str, code: str) -> str:
        """The code system of a code."""
        return str(self.sets[value_set][code]["system"])

    def display(self, value_set: str, code: str) -> str:
        """How the value set shows a code; the code itself where it shows nothing."""
        return str(self.sets[value_set].get(code, {}).get("display", code))

    def national_of(self, value_set: str, code: str) -> str | None:
        """The national word for a code: the way back."""
        return self.national.get(value_set, {}).get(code)

    def _find(self, value_set: str, text: str, field: str) -> str:
        code = text.strip()
        if code in self.sets[value_set]:
            return code
        found = self.words[value_set].get(plain(code))
        if found is None:
            raise Malformed("records.code-unknown", field)
        return found

    def _shorten(self, value_set: str, text: str, field: str) -> str:
        short = self.short[value_set]
        if text in short:
            return text
        code = self._find(value_set, text, field)
        by_code = {of: word for word, of in short.items()}
        if code not in by_code:
            raise Malformed("records.code-unknown", field)
        return by_code[code]


def plain(text: str) -> str:
    """A word without case, diacritics and punctuation; digits stay."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(part for part in parts if part.isalnum())


@cache
def shipped() -> Codes:
    """The codes that come with this version."""
    return joined(())


def joined(official: Iterable[tuple[str, Mapping[str, Any]]]) -> Codes:
    """The shipped codes and those of official files: (value set id, its values)."""
    source = _source()
    sets = {name: dict(each["codes"]) for name, each in source["sets"].items()}
    for name, values in official:
        sets.setdefault(name, {}).update(values)
    words: dict[str, dict[str, str]] = {}
    national: dict[str, dict[str, str]] = {}
    for name, codes in sets.items():
        words[name] = {plain(str(one.get("display", code))): code for code, one in codes.items()}
    for name, each in source["sets"].items():
        for code, said in each.get("national", {}).items():
            national.setdefault(name, {})[code] = said[0]
            words[name].update({plain(word): code for word in said})
    return Codes(sets=sets, words=words, national=national, short=source["short"])


@cache
def _source() -> dict[str, Any]:
    text = files("motma.records").joinpath("codes.json").read_text("utf-8")
    return dict(json.loads(text))
