"""The phrases in which Vietnamese offices and the press state figures of an index, as patterns.

Belongs here: words. Does not belong here: what a sentence states with them, see sentences.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.claims.wording import DOWN, HOW, MINUS, NUMBER, UP

DAY = re.compile(r"(?:ngày\s+)?(\d{1,2})(?:/(\d{1,2})/|\s+tháng\s+(\d{1,2})\s+năm\s+)(\d{4})", re.I)
YEAR = re.compile(r"\b(?:năm|PAPI)\s+(20\d\d)\b", re.I)
TITLED = re.compile(r"\bPAPI\)?\s+(?:năm\s+)?(20\d\d)\b", re.I)
RESULTS = re.compile(r"\b(?:kết\s+quả|công\s+bố)\b", re.I)
COMPARED = re.compile(r"\bso\s+với\s+(?:kết\s+quả\s+)?(?:cùng\s+kỳ\s+)?(?:năm\s+|PAPI\s+)*(20\d\d)\b", re.I)
COUNT = re.compile(
    r"(?<![\d,./])(?P<n>\d{1,2})\s+(?P<what>(?:chỉ\s+số\s+)?(?:nội\s+dung\s+)?thành\s+phần|chỉ\s+số\s+nội\s+dung"
    r"|trục\s+nội\s+dung|trục)\b",
    re.I,
)
COUNT_MOVED = re.compile(
    r"(?:\s+(?:của|thuộc)\s+(?P<of>[^,;.:\d]{3,80}?\d?))?(?:\s+(?:có|đều|được|bị|điểm|số|mức|kết\s+quả))*"
    r"\s+(?:(?P<up>tăng)|(?P<down>giảm)|(?P<unchanged>giữ|không\s+đổi))"
    r"(?:\s+(?:nguyên|nhẹ|mạnh|điểm|số|là|gồm|so\s+với\s+năm\s+20\d\d))*",
    re.I,
)
WHOLE = re.compile(
    r"(?:\btrong(?:\s+số)?|\bthuộc|\bgồm|\btổng\s+số)\s+(?:\d{1,2}\s+(?:trục|chỉ\s+số)[^\d,.;:]*(?:và|,)\s+)?$", re.I
)
RANK = re.compile(
    r"(?:\b(?:xếp|đứng)\s+(?:ở\s+)?(?:vị\s+trí\s+|hạng\s+)?(?:thứ\s+)?|\b(?:thứ\s+hạng|hạng|vị\s+trí)\s+(?:thứ\s+)?|\bthứ\s+(?=\d+\s*/))?"
    r"(?<![\d/,.])(?P<rank>\d{1,2})(?:\s*(?:/|trên(?:\s+tổng\s+số)?|trong(?:\s+tổng\s+số)?)\s*(?P<n>\d{2})(?![\d/,]))?"
    r"(?P<places>\s+(?:tỉnh|địa\s+phương))?",
    re.I,
)
REGIONAL = re.compile(r"\W*(?:trong|của|ở|tại)?\s*(?:\d+\s+)?(?:tỉnh\s+)?(?:khu\s+vực|vùng|miền|đồng\s+bằng)", re.I)
MOVE = rf"(?:(?P<up>{UP})|(?P<down>{DOWN})){HOW}"
# Points of an index, not those of other things that are counted in points.
POINTS = (
    r"điểm(?!\s*(?:phần\s+trăm|%|thi\s+đua|cải\s+cách|chuẩn|cộng|thưởng|phạt|nghẽn|nóng|trường|du\s+lịch|dân\s+cư|\d))"
)
RANK_CHANGE = re.compile(rf"\b{MOVE}\s+(?P<number>\d{{1,2}})\s+(?:bậc|hạng|thứ\s+hạng)", re.I)
CHANGE = re.compile(rf"\b{MOVE}\s+(?P<number>{NUMBER})\s+{POINTS}", re.I)
SIGNED = re.compile(rf"\((?P<sign>[+]|{MINUS})\s*(?P<number>\d+[.,]\d+)(?:\s*điểm)?\)")
SCORE = re.compile(
    rf"(?<![\d,./])(?:(?P<number>{NUMBER})(?:\s*/\s*(?P<scale>80|60|10))?\s+{POINTS}"
    r"|(?P<bare>\d{1,2}[.,]\d{1,6})\s*/\s*(?P<of>80|60|10)\b|(?<=đạt\s)(?P<reached>\d{1,2}[.,]\d{1,6})(?![\d%])(?!\s*%))",
    re.I,
)
GROUP = re.compile(
    r"\bnhóm(?:\s+(?:các|những|\d+))*(?:\s+(?:tỉnh|địa\s+phương)(?:\s*,\s*thành\s+phố)?)?(?:\s+(?:có|đạt))?"
    r"(?:\s+(?:kết\s+quả|tổng|số|điểm))*\s+(?P<group>cao\s+nhất|trung\s+bình[\s–-]+cao|trung\s+bình[\s–-]+thấp|thấp\s+nhất)",
    re.I,
)
CODE = re.compile(
    r"\b(?:chỉ\s+số\s+nội\s+dung|chỉ\s+số\s+thành\s+phần|nội\s+dung\s+thành\s+phần|trục(?:\s+nội\s+dung)?|nội\s+dung|lĩnh\s+vực|chỉ\s+số)"
    r"\s+(?:số\s+)?(?P<code>\d(?:\.\d)?)(?![\d,./%])",
    re.I,
)
TOTAL = re.compile(r"\b(?:tổng\s+điểm|điểm\s+tổng\s+hợp|chỉ\s+số\s+tổng\s+hợp)\b", re.I)
OTHER_INDICES = re.compile(
    r"\b(?:PCI|PAR[\s-]?INDEX|SIPAS|SIPI|DDCI|DTI|PGI|PII|ICT|CCHC|chỉ\s+số\s+(?:cải\s+cách|năng\s+lực|hài\s+lòng|chuyển\s+đổi)"
    r"[^,;.()]*)",
    re.I,
)
OTHER_BODIES = re.compile(r"\b(?:sở|ban|huyện|thị\s+xã|quận|xã|phường|đội|thí\s+sinh|cơ\s+quan|đơn\s+vị)\b", re.I)
PROVINCE = re.compile(r"\btỉnh\b", re.I)
INDICES = re.compile(rf"\bPAPI\b|{OTHER_INDICES.pattern}", re.I)
AIM = re.compile(
    r"\b(?:phấn\s+đấu|mục\s+tiêu|ít\s+nhất|tối\s+thiểu|dự\s+kiến|kỳ\s+vọng|đặt\s+ra|nếu|cần\s+đạt)\b", re.I
)
OTHERS = re.compile(
    r"\b(?:trung\s+bình|bình\s+quân|trung\s+vị|cả\s+nước|toàn\s+quốc|thang(?:\s+điểm)?|tối\s+đa)\b", re.I
)
APART = re.compile(r"\b(?:cao\s+hơn|thấp\s+hơn|kém|cách|chênh(?:\s+lệch)?)\b[^,;]*$", re.I)
ROUGH = re.compile(r"\b(?:gần|khoảng|hơn|trên|dưới|xấp\s+xỉ|chừng)\s+$", re.I)
BESIDE = re.compile(r"\b(?:so\s+với|hơn|sau|trước|dưới|như|giáp)\s+(?:tỉnh\s+|thành\s+phố\s+|TP\.?\s*)?$", re.I)
ITEM = re.compile(r"\(\s*(?:[ivx]+|\d|[a-h])\s*\)", re.I)
QUOTED = re.compile(r"[“\"«]\s*([^”\"»“]{3,120}?)\s*[”\"»]")
LEFT_OVER = re.compile(
    r"(?<![\d/.,])(?:\bthứ\s+\d{1,2}\b|\d+[.,]\d+(?![\d/%])(?!\s*(?:%|triệu|tỷ|ha\b|km))|\d+\s+(?:điểm|bậc)\b)", re.I
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐÀ-Ỹ“\"(\d])")


def loose(name: str) -> str:
    """A pattern for a name whose words may stand apart by anything that is no letter."""
    return r"[\W_]+".join(map(re.escape, re.findall(r"\w+", name)))


def items(text: str) -> Iterator[str]:
    """The items of a list in running text: numbered, quoted, or after a colon."""
    numbered = ITEM.split(text)[1:]
    quoted = QUOTED.findall(text)
    after_colon = re.split(r"[;,]|\bvà\b", text.split(":", 1)[1]) if re.match(r"\s*:", text) else []
    for item in numbered or quoted or after_colon:
        bare = re.split(r"[;.(:]", item)[0] if numbered else item
        if len(bare.strip(' ,.;“”"')) > 2:
            yield bare.strip(' ,.;“”"')
