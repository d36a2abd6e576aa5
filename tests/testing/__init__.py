"""The kit for other people's tests: cases told in weeks, a day that stands still, assertions that explain.

And an authority's own rules as tests, at their edges and over a caseload, with the report that a manager reads.

The contract of a store runs in `tests/store`, the strategies wherever Hypothesis draws a life.
"""
