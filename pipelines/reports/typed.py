"""What a person typed into a cell, as text, figure or day.

Belongs here: one value at a time. Does not belong here: where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from pipelines.reports.wording import spelt, twin
from pipelines.spelling import nearest, plain
from pipelines.workbooks.cells import Value, is_blank

# Letters of the two fonts from before Unicode, which look like Vietnamese in their font only; m², °C and µg are none.
TCVN3 = re.compile(r"[¡¢£¤¥¦¨©¬®¸¶]|(?<=[A-Za-z])[µ·¹ª«»¼½¾](?=[A-Za-z])")
VNI = re.compile(r"[øûïåäëöüæñîœÿØÛÏÅÄËÖÜÆÑÎŒŸ]")
DAY = r"(?P<day>\d{1,2})(?P<sign>[/.-])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})"
YEAR_FIRST = r"(?P<year>\d{4})(?P<between>[/-])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})"
HOUR = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.\d+)?)?( ?(?P<half>SA|CH|AM|PM))?"
LAST_MONTH = 12
NOTHING = ("khong", "khong co", "ko", "k", "-", "khong phat sinh", "chua co")
MOMENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for day in (YEAR_FIRST, DAY)
    for pattern in (rf"{day}(([T ]|, ?){HOUR})?", rf"{HOUR},? {day}")
)


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
    if text in ("True", "False"):
        return f"giá trị {text.upper()}", example("95")
    if "%" in text:
        return f"“{text}”", twin(
            "Gõ số đã đạt và tổng số phải thực hiện, không gõ tỷ lệ. Ví dụ: 190 và 200",
            "Type both counts, no share. Example: 190 and 200",
        )
    if text.startswith("#"):
        return f"lỗi công thức “{text}”", twin("Gõ số vào ô. Ví dụ: 95", "Type the number. Example: 95")
    if (both := re.fullmatch(r"(\d+) ?(?:/|trên) ?(\d+)", text)) is not None:
        return f"“{text}”, hai số trong một ô", twin(
            f"Gõ {both[1]} vào ô số đã đạt, {both[2]} vào ô tổng số.", "Type each into a cell of its own."
        )
    if plain(text) in NOTHING:
        return f"chữ “{text}”", twin(
            "Không có gì để đếm thì chọn “Không phát sinh” và ghi lý do; đếm được không thì gõ số 0.",
            "Choose Nothing arose where there is nothing to count, and type 0 where the count is none.",
        )
    digits = re.search(r"\d+(,\d+)?", re.sub(r"(?<=\d)[.;\s](?=\d{3}(?!\d))", "", text))
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


def expected_day(text: str) -> str:
    """What is expected in place of a text that is no day: another form, or a day that there is."""
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", text):
        return twin("một ngày có trong lịch: ngày/tháng/năm", "a day of the calendar: day/month/year")
    return twin("ngày/tháng/năm, năm bốn chữ số", "day/month/year, the year with four digits")


def moment_of(text: str, is_month_first: bool = False) -> datetime | None:
    """A time as a spreadsheet writes it: 2021-06-24T14:00, 24/06/2021 14:00, 24-06-2021 2:00 CH; None where it is none.

    Without an hour it is the end of the day. The day comes before the month, as in Việt Nam. What may as well be the
    other way round is no time: 6/5/2021, which a spreadsheet set to America writes for 5 June, and with
    ``is_month_first``, which is for a file that has a 6/24/2021, also 06/05/2021. Two figures each (10/12/2021) look
    alike in both countries: alone they are read as in Việt Nam. 24/06/21 and 44371.58 say neither century nor calendar.
    """
    found = _typed(text)
    if found is None:
        return None
    day, month, year = (int(found[part]) for part in ("day", "month", "year"))
    can_be_either = "sign" in found and day != month and max(day, month) <= LAST_MONTH
    if can_be_either and (is_month_first or min(len(found["day"]), len(found["month"])) == 1):
        return None
    try:
        on = date(year, month, day)
        if not found["hour"]:
            return datetime.combine(on, time(23, 59))
        hour, half = int(found["hour"]), found["half"].upper()
        if half and not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("CH", "PM") else 0) if half else hour
        return datetime.combine(on, time(hour, int(found["minute"]), int(found["second"] or 0)))
    except ValueError:
        return None


def is_month_first(text: str) -> bool:
    """Whether a time can only be read as month/day/year."""
    found = _typed(text)
    return found is not None and "sign" in found and int(found["month"]) > LAST_MONTH >= int(found["day"])


def _typed(text: str) -> dict[str, str] | None:
    said = " ".join(text.split())
    return next((found.groupdict("") for one in MOMENTS if (found := one.fullmatch(said))), None)
