"""What is coming, and how far to trust it: that the calendar is the desk's, that a forecast sees nothing later than its
day, and that the errors which are printed beside it are those that it made.
"""
