"""Papers that leave the office: reminders, reports, annexes and folders for districts, from what is published."""
