"""The commands of the app: `manage.py ehcp_breaches`, `manage.py ehcp_desk`."""
