"""The example on Spark, with several workers: run by `scripts/test-spark`, which installs Spark beside the environment.

The name of its module keeps it out of the ordinary suite.
"""
