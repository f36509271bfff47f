"""What is said of a verdict, in Vietnamese and in English; a rule with words of its own goes before its verdict.

Belongs here: sentences. Does not belong here: when they are said.
"""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "exact": ("Đúng.", "Right."),
    "other_rule": (
        "Đúng theo cách làm tròn khác; theo cách của kế hoạch là {found}.",
        "Right under another rule of rounding; under the plan's it is {found}.",
    ),
    "sum_of_rounded_parts": (
        "Là tổng các phần đã làm tròn; làm tròn một lần là {found}.",
        "The sum of rounded parts; rounded once it is {found}.",
    ),
    "right_of_earlier_release": (
        "Đúng theo bản công bố {rule}, sau đó được thay bằng {by}: nay là {found}.",
        "Right by release {rule}, since replaced by {by}: now it is {found}.",
    ),
    "sign": ("Sai dấu: số đúng là {found}.", "The sign is wrong: it is {found}."),
    "digit_swap": ("Nhầm chữ số: số đúng là {found}.", "Digits were mixed up: it is {found}."),
    "zero": ("Thừa hoặc thiếu số 0: số đúng là {found}.", "A zero was added or dropped: it is {found}."),
    "comma_for_point": ("Dấu thập phân sai: số đúng là {found}.", "The decimal mark is wrong: it is {found}."),
    "other_n": (
        "Hạng đúng, số tỉnh xếp hạng sai: {found}.",
        "The rank is right, the number of provinces is not: {found}.",
    ),
    "other_year": ("Là số của năm {rule}; năm này là {found}.", "The figure of {rule}; this year's is {found}."),
    "other_indicator": (
        "Là số của chỉ số khác ({rule}); chỉ số này là {found}.",
        "The figure of another indicator ({rule}); this one's is {found}.",
    ),
    "other_province": (
        "Là số của tỉnh khác ({rule}); tỉnh này là {found}.",
        "The figure of another province ({rule}); this one's is {found}.",
    ),
    "within_tolerance": (
        "Đúng trong phạm vi làm tròn của các phần cộng lại; theo các phần đã công bố là {found}.",
        "Right within the rounding of the parts it was summed from; by the parts as published it is {found}.",
    ),
    "contradicted": ("Trái với số liệu: {found}.", "The data say otherwise: {found}."),
    "no_data": ("Không có số liệu để đối chiếu.", "There are no data to hold it against."),
}
