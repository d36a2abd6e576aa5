"""Foresight: what is certain, what is likely, and how far to trust it.

`work_ahead` counts what the law already fixes: no model, the same deadlines as the desk. Whatever else stands here is a
forecast, carries the error that the same way made in earlier years, and sees nothing that was not known on the day.
Nothing here judges a case, and nothing asks about a child: counts of cases and their days alone.
"""
