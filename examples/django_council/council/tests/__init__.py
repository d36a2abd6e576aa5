"""The council's own tests: `python manage.py test`."""
