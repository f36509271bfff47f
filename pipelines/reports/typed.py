"""What a person typed into a cell, as text, figure or day.

Belongs here: one value at a time. Does not belong here: where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

from pipelines.reports.wording import spelt, twin
from pipelines.spelling import nearest, plain
from pipelines.workbooks.cells import Value, is_blank

# Letters of the two fonts from before Unicode, which look like Vietnamese in their font only; m², °C and µg are none.
TCVN3 = re.compile(r"[¡¢£¤¥¦¨©¬®¸¶]|(?<=[A-Za-z])[µ·¹ª«»¼½¾](?=[A-Za-z])")
VNI = re.compile(r"[øûïåäëöüæñîœÿØÛÏÅÄËÖÜÆÑÎŒŸ]")


def example(text: str) -> str:
    """An example as a remedy."""
    return twin(f"Ví dụ: {text}", f"Example: {text}")


def old_font_of(text: str) -> str | None:
    """The font from before Unicode that a text was typed for, or None: two letters of it are no accident."""
    known = (("TCVN3 (.VnTime)", TCVN3), ("VNI", VNI))
    return next((font for font, letters in known if len(letters.findall(text)) > 1), None)


def no_number(text: str) -> tuple[str, str]:
    """What a text in the place of a number is, and what to type instead."""
    if re.fullmatch(r"\d{2}/\d{2}/\d{4}", text):
        return f"ngày {text} (Excel đã đổi số thành ngày)", twin(
            "Chọn định dạng Số cho ô rồi gõ lại. Ví dụ: 95", "Format the cell as Number and type again. Example: 95"
        )
    if "%" in text:
        return f"“{text}”", twin(
            "Gõ số đã đạt và tổng số phải thực hiện, không gõ tỷ lệ. Ví dụ: 190 và 200",
            "Type both counts, no share. Example: 190 and 200",
        )
    if text.startswith("#"):
        return f"lỗi công thức “{text}”", twin("Gõ số vào ô. Ví dụ: 95", "Type the number. Example: 95")
    digits = re.search(r"\d+(,\d+)?", re.sub(r"(?<=\d)[.\s](?=\d{3}(?!\d))", "", text))
    return f"chữ “{text}”", example(digits[0] if digits and digits[0] != text else "95")


def nearest_word(text: str, known: list[str]) -> str:
    """The word of a list that a text looks most like, else the first."""
    spelt_plain = {plain(one): one for one in known}
    return next((spelt_plain[one] for one in nearest(plain(text), spelt_plain)), known[0])


def printed(figure: Decimal) -> str:
    """A figure as an officer writes it: a decimal comma, no trailing zeros."""
    return f"{figure.normalize():f}".replace(".", ",")


def text_of(value: Value) -> str:
    """What was typed: a number with all its digits, a day as day/month/year, no letters that cannot be seen."""
    if is_blank(value):
        return ""
    if isinstance(value, float):
        return printed(Decimal(repr(value)))
    text = "".join(c for c in str(value) if unicodedata.category(c) != "Cf").strip()
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2}) \d{2}:\d{2}:\d{2}(\.\d+)?", text)
    return f"{day[3]}/{day[2]}/{day[1]}" if day else text


def day_of(value: Value) -> date | None:
    """A date cell, with or without an hour, or a day as people type it: 10.5.2021, ngày 10 tháng 5 năm 2021."""
    if isinstance(value, float):  # the number of a date whose cell lost its format
        return date(1899, 12, 30) + timedelta(days=int(value)) if 40_000 <= value < 60_000 else None
    text = spelt(text_of(value)).replace(" / ", "/")
    typed = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text)
    said = re.fullmatch(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", text)
    whole = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    try:
        if typed:
            return date(int(typed[4]), int(typed[3]), int(typed[1]))
        if said:
            return date(int(said[3]), int(said[2]), int(said[1]))
        return date(int(whole[1]), int(whole[2]), int(whole[3])) if whole else None
    except ValueError:
        return None
