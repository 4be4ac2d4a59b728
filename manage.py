#!/usr/bin/env python
"""Django's command line. `python manage.py up` starts everything (see README)."""

import os
import sys


def main() -> None:
    """Completes the environment for this machine, then hands over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tesigo.settings")
    if sys.argv[1:2] == ["generate_secrets"]:
        # Has to answer where the settings cannot load for want of the very secrets it prints.
        from tesigo.management.commands.generate_secrets import Command

        Command().run_from_argv(sys.argv)
        return
    from local import local_env

    local_env.load()
    if sys.argv[1:2] == ["up"]:
        # Lives as long as the site and needs no Django.
        from local import up

        sys.exit(up.main(sys.argv[2:]))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
