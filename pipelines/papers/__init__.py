"""Papers that leave the office: reminders in Word and annexes in Excel, drafted from what is published."""
