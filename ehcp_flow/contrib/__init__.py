"""For hosts on a framework: each folder knows its framework, and nothing else of the library knows it.

`django` is for Django. Nothing here is loaded by the rest of the library. What it stands on is public.
"""
