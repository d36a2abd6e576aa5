"""The commands of the app. `manage.py ehcp_breaches` and `manage.py ehcp_desk` print CSV of the store as it is.

Django finds them by the names of their modules. What they have in common is in `rows_command.py`.
"""
