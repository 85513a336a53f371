"""Layouts: datasets whose meaning spans several files, so that no part is rewritten without the others.

`known` says which layouts a file is a part of, `tree` puts a folder written anew in the old one's place in one step,
`mending` runs in a cell and applies the rules, one module for each kind of layout.
"""
