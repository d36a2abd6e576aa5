"""ehcp_flow in Django: the store on Django's own connections, a form of lawful facts, the admin, commands, a cache.

Add `ehcp_flow.contrib.django` to INSTALLED_APPS and run `migrate`; `docs/django.md` goes on from there. Import from
`stores`, `forms`, `admin` and `testing`, once Django is set up.
"""
