"""Spark is installed beside the environment of the other checks, by `scripts/test-spark`: else nothing is asked."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("pyspark") else ["on_spark.py"]
