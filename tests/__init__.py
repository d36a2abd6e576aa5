"""The tests are a house like the package: where a folder or a module has its name, they are the tests of that one.

What crosses the package (doors, docs, examples, fuzz, golden, house, kernel, outputs, snapshots, spark, types) has a
folder of its own, whose `__init__` says what it holds; `tests/house/test_tests.py` holds both to it. Beside them lies
what every test may use: `telling.py` tells a case in a few lines, and `waiting.py` waits for what happens.
"""
