"""What only one machine needs: embedded servers, an environment made up for it, and `up`, which keeps it all running.

Deployments bring their own servers and look after processes themselves. Knows no app and no Django: `up` lives as long
as the site, and what needs Django is forked from another process. Of the site only `manage.py` and its commands `up`
and `restore` know this package.
"""
