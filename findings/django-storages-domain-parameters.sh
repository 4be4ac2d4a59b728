#!/usr/bin/env bash
# django-storages 1.14.6 (S3): with a domain of one's own, what a download should be named is asked for by a wrong name.
#
# `S3Storage.url(name, parameters={"ResponseContentDisposition": …})` is signed by boto3, which writes the parameter as
# `response-content-disposition`, the name that S3 and CloudFront know. With `custom_domain` the storage writes the
# parameters into the address as they were given, so that nobody heeds them: the file comes under its stored name.
#
# Seen:
#   without a domain: response-content-disposition
#   with a domain: ResponseContentDisposition
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet "django==5.2.19" "django-storages[s3]==1.14.6"
AWS_EC2_METADATA_DISABLED=true venv/bin/python - <<'PYTHON'
import sys
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

settings.configure()
from storages.backends.s3 import S3Storage

PARAMETERS = {"ResponseContentDisposition": 'attachment; filename="essay.pdf"'}
OPTIONS = {"bucket_name": "files", "access_key": "a", "secret_key": "b", "region_name": "eu-central-1"}


def asked(**more: str) -> str:
    """The name by which the address asks for a disposition."""
    address = S3Storage(**OPTIONS, **more).url("a.pdf", parameters=PARAMETERS)
    return next(name for name in parse_qs(urlsplit(address).query) if "isposition" in name)


found = [asked(), asked(custom_domain="files.example.org")]
print(f"without a domain: {found[0]}\nwith a domain: {found[1]}")
sys.exit(0 if found == ["response-content-disposition", "ResponseContentDisposition"] else 1)
PYTHON
