"""The kinds of papers that leave the office, by the word that `papi paper` and the job `papers` know each by.

Belongs here: their words, without importing what makes them. Does not belong here: making them, see making.py.
"""

KINDS = {
    "reminder": "Công văn đôn đốc / Reminders to who is late, and a draft for the chairman's office",
    "synthesis": "Báo cáo tổng hợp / The report to the Chairman",
    "annex": "Phụ lục Excel / The annex of units, districts, targets and tasks",
    "receipt": "Phiếu tiếp nhận / Receipts to the senders of accepted reports",
    "due": "Nhắc hạn / Notices 7, 3 and 1 working days before the due day",
    "district": "Thư mục giao huyện / For each district its state, its reminder and the forms of its communes",
}
