"""How a text goes wrong on its way into a record: one pure function for each slip.

Each takes the text and a `Random` and gives the damaged text; a text that a slip can't touch comes
back as it was, and the caller draws another slip. Source of the kinds: issue texts of 2021 as told
in domain.md §4 and §8; the pairs and shares are ours.
"""

import unicodedata
from collections.abc import Callable
from random import Random
from typing import Final

from motma.kernel.phones import CHANGE_OF_2018

#: Words that are heard or written for each other: north and south, and taboos of old courts.
_ALIKE: Final = (
    ("Bảo", "Bửu"), ("Hoàng", "Huỳnh"), ("Vũ", "Võ"), ("Phúc", "Phước"), ("Cảnh", "Kiểng"),
    ("Chu", "Châu"), ("Nhân", "Nhơn"), ("Tùng", "Tòng"), ("Hồng", "Hường"), ("Chính", "Chánh"),
    ("Phượng", "Phụng"), ("Quý", "Quới"), ("Sinh", "Sanh"), ("Thanh", "Thành"), ("Sơn", "Xơn"),
    ("Linh", "Ninh"), ("Lan", "Nan"), ("Trang", "Chang"), ("Trinh", "Chinh"), ("Dung", "Dũng"),
    ("Hùng", "Hưng"), ("Tuấn", "Tuân"), ("Hà", "Hạ"), ("An", "Ân"), ("Anh", "Ánh"), ("Yến", "Yên"),
    ("Thúy", "Thủy"), ("Thuý", "Thúy"), ("Quyên", "Quyền"), ("Thảo", "Thạo"), ("Hạnh", "Hân"),
    ("Thị", "Thi"), ("Đặng", "Đoàn"), ("Đinh", "Đình"), ("Trương", "Trường"), ("Lý", "Lí"),
    ("Mỹ", "Mĩ"), ("Vy", "Vi"), ("Ly", "Li"), ("Thư", "Thu"), ("Nguyên", "Nguyễn"), ("Lộc", "Lục"),
    ("Khánh", "Khanh"), ("Ngân", "Nga"), ("Đức", "Đúc"), ("Minh", "Mình"), ("Hiền", "Hiển"),
    ("Tâm", "Tam"), ("Long", "Lòng"), ("Nhung", "Nhưng"), ("Hương", "Hường"), ("Xuân", "Suân"),
)  # fmt: skip

_OTHER: Final = {a: b for pair in _ALIKE for a, b in (pair, pair[::-1])}

#: Combining mark → keys of the two input methods; a tone goes to the end of the word.
_TONES: Final = {
    "\u0301": ("s", "1"), "\u0300": ("f", "2"), "\u0309": ("r", "3"), "\u0303": ("x", "4"),
    "\u0323": ("j", "5"),
}  # fmt: skip
_SHAPES: Final = {"\u0302": ("", "6"), "\u031b": ("w", "7"), "\u0306": ("w", "8")}
_KEYBOARD: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def without_marks(name: str) -> str:
    """The name as a form without Vietnamese letters keeps it.

    >>> without_marks("Đỗ Thị Ước")
    'Do Thi Uoc'
    """
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def as_typed(word: str, *, vni: bool = False) -> str:
    """The keys of a word when the input method was off: Telex, or VNI.

    >>> as_typed("Lộc"), as_typed("Đường"), as_typed("Lộc", vni=True), as_typed("Đường", vni=True)
    ('Loocj', 'Dduwowngf', 'Lo6c5', 'D9u7o7ng2')
    """
    keys, tone = "", ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in _TONES:
            tone = _TONES[letter][vni]
        elif letter in _SHAPES:
            keys += _SHAPES[letter][vni] or keys[-1].lower()
        elif letter in "Đđ":
            keys += letter.replace("Đ", "D").replace("đ", "d") + ("9" if vni else "d")
        else:
            keys += letter
    return keys + tone


def telex(name: str, random: Random) -> str:
    """One word as it was typed, Telex."""
    return _one_word(name, random, as_typed)


def vni(name: str, random: Random) -> str:
    """One word as it was typed, VNI."""
    return _one_word(name, random, lambda word: as_typed(word, vni=True))


def _one_word(name: str, random: Random, change: Callable[[str], str]) -> str:
    """The name with one of those words changed that the change touches."""
    words = name.split(" ")
    changed = [(place, change(word)) for place, word in enumerate(words)]
    touched = [(place, word) for place, word in changed if word != words[place]]
    if touched:
        place, word = touched[int(random.random() * len(touched))]
        words[place] = word
    return " ".join(words)


def similar(name: str, random: Random) -> str:
    """One word taken for another: “Bảo Lộc” → “Bửu Lộc”."""
    return _one_word(name, random, lambda word: _OTHER.get(word, word))


def no_middle(name: str, random: Random) -> str:
    """A middle name forgotten; all of them or one."""
    words = name.split(" ")
    if len(words) < 3:  # noqa: PLR2004 - family and given name only
        return name
    if len(words) > 3 and random.random() < 0.5:  # noqa: PLR2004 - several middle names
        del words[1 + int(random.random() * (len(words) - 2))]
        return " ".join(words)
    return f"{words[0]} {words[-1]}"


def other_order(name: str, random: Random) -> str:
    """Given name first, or the family name last, as foreign forms want it."""
    words = name.split(" ")
    if random.random() < 0.5:  # noqa: PLR2004 - one of two ways
        return " ".join([words[-1], *words[:-1]])
    return " ".join([*words[1:], words[0]])


def letter_slip(name: str, random: Random) -> str:
    """One letter missing, doubled, swapped with the next, or its neighbour on the keyboard."""
    places = [place for place, letter in enumerate(name[:-1]) if letter.isalpha()]
    place = places[int(random.random() * len(places))]
    letter, following, way = name[place], name[place + 1], int(random.random() * 4)
    if way == 0:
        return name[:place] + name[place + 1 :]
    if way == 1:
        return name[:place] + letter + letter.lower() + name[place + 1 :]
    if way == 2 and following != " ":  # noqa: PLR2004 - the third of four ways
        return name[:place] + following + letter + name[place + 2 :]
    for row in _KEYBOARD:
        if letter.lower() in row:
            beside = row[(row.index(letter.lower()) + 1) % len(row)]
            return name[:place] + beside + name[place + 1 :]
    return name


def day_for_month(birth: str) -> str:
    """Day and month swapped where the calendar allows it and shows it.

    >>> day_for_month("1987-03-11"), day_for_month("1987-01-18"), day_for_month("1950")
    ('1987-11-03', '1987-01-18', '1950')
    """
    parts = birth.split("-")
    if len(parts) < 3 or int(parts[2]) > 12:  # noqa: PLR2004 - no day, or no month of that number
        return birth
    return f"{parts[0]}-{parts[2]}-{parts[1]}"


def year_only(birth: str) -> str:
    """What is left of the date on a list that asked for the year."""
    return birth[:4]


def wrong_year(birth: str, random: Random) -> str:
    """The year one or ten off, or the day one off."""
    year, rest = int(birth[:4]), birth[4:]
    way = int(random.random() * 4)
    if way == 3 and len(rest) == 6:  # noqa: PLR2004 - the fourth way, which needs a day
        day = int(rest[4:])
        return f"{year}{rest[:4]}{day - 1 if day > 1 else day + 1:02d}"
    if rest == "-02-29":
        return birth
    return f"{year - (1, 10, 1, 1)[way]}{rest}"


def wrong_digit(number: str, random: Random) -> str:
    """One digit another one."""
    places = [place for place, digit in enumerate(number) if digit.isdigit()]
    if not places:
        return number
    place = places[int(random.random() * len(places))]
    digit = (int(number[place]) + 1 + int(random.random() * 9)) % 10
    return f"{number[:place]}{digit}{number[place + 1 :]}"


def transposed(number: str, random: Random) -> str:
    """Two neighbouring digits in the other order."""
    places = [
        place
        for place in range(len(number) - 1)
        if number[place].isdigit() and number[place + 1].isdigit()
        and number[place] != number[place + 1]
    ]  # fmt: skip
    if not places:
        return number
    place = places[int(random.random() * len(places))]
    return f"{number[:place]}{number[place + 1]}{number[place]}{number[place + 2 :]}"


#: Prefix since 2018 → the one before, with the leading 0.
_BEFORE_2018: Final = {f"0{new}": f"0{old}" for old, new in CHANGE_OF_2018.items()}


def before_2018(phone: str) -> str:
    """The number of 11 digits that it was.

    >>> before_2018("0591234567"), before_2018("0912345678")
    ('01991234567', '0912345678')
    """
    old = _BEFORE_2018.get(phone[:3])
    return f"{old}{phone[3:]}" if old else phone
