"""Made-up caseloads: the same for a seed, in published proportion, and nobody's.

`oracle.py` counts DfE's measures from plain facts, apart from the library's own measures; nothing may be imported there
from the package.
"""
