"""An index: built, opened, corrected, carried, checked, erased from."""
