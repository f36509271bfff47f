"""Files to values with addresses: bytes and a layout become a tidy frame, or findings. No clock, no database."""
