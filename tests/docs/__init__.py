"""What the pages promise: their commands print what they show, their lists name what there is.

The Python sessions of the pages run as doctests, by pytest itself; here are the commands, the links, and the pages that
are made from data. A page that names a path or a test is held to it.
"""
