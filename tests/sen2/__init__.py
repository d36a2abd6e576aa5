"""Tests of the SEN2 return: that its specification is what its readers quote, that facts become the return they should,
that each rule finds its fault and nothing else, and that what goes out comes back and gives the same figures.
"""
