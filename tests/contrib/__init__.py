"""What stands beside a framework: the app for Django, by the tests of the project that shows it.

A framework sets up a whole process, and its tests have a runner of their own; here that is run on each database.
"""
