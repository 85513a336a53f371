"""The report for people, as page and as PDF."""
