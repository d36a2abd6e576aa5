"""A Django project with an EHC plan's statutory side in its admin: `python manage.py migrate`, then `runserver`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "council.settings")
    execute_from_command_line(sys.argv)
