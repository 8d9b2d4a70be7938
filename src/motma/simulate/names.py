"""Family, middle and given names with their frequencies, for synthetic people.

Source: general knowledge of Vietnamese names; family names follow the shares usually given for the
whole country (Nguyễn about 31–38 %, the fourteen commonest about 90 %). Written for this project.
"""

from typing import Final

#: Family name → share in per mille.
FAMILY: Final = {
    "Nguyễn": 330, "Trần": 110, "Lê": 92, "Phạm": 68, "Hoàng": 28, "Huỳnh": 25, "Vũ": 20,
    "Võ": 24, "Phan": 34, "Trương": 24, "Bùi": 22, "Đặng": 21, "Đỗ": 17, "Ngô": 14, "Hồ": 14,
    "Dương": 12, "Đinh": 11, "Lý": 8, "Mai": 7, "Đào": 7, "Đoàn": 7, "Lâm": 7, "Trịnh": 6,
    "Hà": 6, "Cao": 5, "Lương": 5, "Phùng": 4, "Tô": 4, "Tạ": 4, "Châu": 4, "Thái": 4,
    "Nông": 3, "Quách": 3, "Kiều": 2, "Thạch": 2, "Kim": 2, "Danh": 2, "Sơn": 1, "Lò": 3,
    "Quàng": 2, "Cầm": 1, "Giàng": 2, "Vàng": 2, "Thào": 2, "Sùng": 1, "Ma": 2, "Bế": 1,
    "Niê": 1, "Rơ Châm": 1, "Ksor": 1, "Tôn Thất": 1, "Nguyễn Phúc": 1, "Chu": 3,
    "Triệu": 2, "La": 2, "Khổng": 1, "Từ": 1, "Văn": 2, "Hứa": 1, "Âu": 1, "Ông": 1,
}  # fmt: skip

#: Middle names by sex and generation; the empty one is a name without a middle.
MIDDLE: Final = {
    ("male", "elder"): {
        "Văn": 520, "Đình": 60, "Hữu": 60, "Xuân": 50, "Đức": 50, "Công": 40, "Quang": 40,
        "Ngọc": 30, "Viết": 20, "Sỹ": 10, "Bá": 20, "Duy": 20, "": 80,
    },
    ("male", "younger"): {
        "Văn": 170, "Minh": 110, "Đức": 90, "Quang": 70, "Hoàng": 70, "Anh": 50, "Gia": 60,
        "Tuấn": 40, "Thanh": 50, "Quốc": 50, "Hữu": 40, "Xuân": 30, "Ngọc": 30, "Bảo": 40,
        "Nhật": 30, "Thành": 30, "": 40,
    },
    ("female", "elder"): {
        "Thị": 780, "Ngọc": 40, "Thị Kim": 30, "Thị Ngọc": 30, "Kim": 40, "": 80,
    },
    ("female", "younger"): {
        "Thị": 300, "Ngọc": 100, "Thị Thu": 60, "Thị Thanh": 50, "Thu": 50, "Thanh": 50,
        "Phương": 50, "Minh": 50, "Khánh": 50, "Bảo": 40, "Thùy": 40, "Kim": 40, "Hồng": 30,
        "Diệu": 20, "Mỹ": 20, "Gia": 20, "": 30,
    },
}  # fmt: skip

#: Given names by sex and generation.
GIVEN: Final = {
    ("male", "elder"): (
        "An Bình Bảy Ba Bốn Cường Chiến Dũng Hải Hùng Hòa Hoàn Hồng Khánh Long Lợi Lâm Minh Mạnh "
        "Năm Nam Phúc Quang Quý Sáu Sơn Tám Tân Thành Thắng Thanh Thọ Tiến Trung Tư Tùng Tuấn Út "
        "Việt Vinh Xuân"
    ),
    ("male", "younger"): (
        "An Anh Bảo Bách Cường Duy Dũng Dương Đạt Đức Giang Hải Hào Hiếu Hoàng Huy Hưng Khang "
        "Khánh Khôi Khoa Kiên Lâm Long Lộc Minh Nam Nghĩa Nguyên Nhân Phát Phong Phúc Phước Quân "
        "Quang Quốc Sơn Tài Tâm Thành Thắng Thiên Thịnh Tiến Toàn Trí Trung Tú Tuấn Tùng Việt Vinh"
    ),
    ("female", "elder"): (
        "Ba Bảy Bích Chín Cúc Dung Đào Điệp Hà Hai Hạnh Hiền Hoa Hòa Hồng Huệ Hương Lan Liên Liễu "
        "Loan Lý Mai Mận Minh Mùi Năm Nga Nguyệt Nhung Oanh Phượng Quế Sáu Tám Thanh Thảo Thơm "
        "Thu Thủy Tư Tuyết Út Vân Xuân Yến"
    ),
    ("female", "younger"): (
        "An Anh Ánh Châu Chi Diệp Dung Duyên Giang Hà Hân Hằng Hạnh Hiền Hoa Hương Huyền Khanh Lan "
        "Linh Loan Ly Mai My Na Nga Ngân Ngọc Nhi Nhung Như Oanh Phương Quyên Quỳnh Thảo Thư "
        "Thủy Tiên Trà Trang Trâm Trinh Trúc Tú Tuyết Uyên Vân Vy Yến"
    ),
}

#: Foreigners: nationality (ISO 3166-1 alpha-3) → full names made of common parts.
FOREIGN: Final = {
    "KOR": ("Kim Min Jun", "Lee Seo Yeon", "Park Ji Hoon", "Choi Ha Eun"),
    "CHN": ("Wang Wei", "Li Na", "Zhang Min", "Chen Jing"),
    "JPN": ("Sato Yuki", "Suzuki Haruto", "Tanaka Aoi", "Ito Ren"),
    "TWN": ("Lin Chia Hao", "Chen Yu Ting", "Huang Mei Ling"),
    "USA": ("Smith Emily", "Johnson Michael", "O'Brien Sean"),
    "FRA": ("Lefèvre Chloé", "Moreau Jean-Luc", "Noël Zoé"),
    "DEU": ("Müller Jürgen", "Groß Käthe"),
    "LAO": ("Sisouk Bounmy", "Phommavong Keo"),
    "KHM": ("Sok Dara", "Chea Sopheap"),
    "IND": ("Sharma Priya", "Patel Arjun"),
}

#: The spread of given names inside a table: each next one is a little rarer.
_FALL: Final = 0.97
_SLOTS: Final = 4096


def table(weights: dict[str, int]) -> tuple[str, ...]:
    """4096 slots filled by weight: one random index draws one value."""
    total = sum(weights.values())
    slots: list[str] = []
    seen = 0
    for value, weight in weights.items():
        seen += weight
        slots += [value] * (round(_SLOTS * seen / total) - len(slots))
    return tuple(slots)


def falling(words: str) -> tuple[str, ...]:
    """The slots of a list of names whose weights fall slowly."""
    return table({name: round(1000 * _FALL**rank) for rank, name in enumerate(words.split())})
