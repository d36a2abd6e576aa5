"""The house itself: names, sizes and folders of modules and tests, the public surface, the build, the project's files.

Nothing here asks what the law is. A test that fails here says that something is called twice, lies where nobody looks
for it, or is shown to hosts by accident.
"""
