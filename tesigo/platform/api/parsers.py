"""JSON as it comes in: what nobody could answer is refused before anybody looks at it."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ApiJsonParser(JSONParser):
    """Refuses JSON that is nested without end, and text that is no Unicode (a surrogate without its other half)."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The values. Raises ParseError."""
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("This JSON is nested more deeply than anything that is asked for.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(_("There is a character in it that is none: half of a surrogate pair.")) from error
        return data
