"""The words of the trade. Pure: no files, no network, no windows."""
