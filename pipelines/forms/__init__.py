"""Workbooks that officers fill in."""
