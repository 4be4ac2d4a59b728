"""How S3 says no: a code and words in XML."""

from typing import Final
from xml.sax.saxutils import escape

from starlette.responses import Response

#: The status of each code (Amazon S3, API reference, error responses).
STATUSES: Final = {
    "AccessDenied": 403,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "BucketAlreadyOwnedByYou": 409,
    "EntityTooSmall": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "XAmzContentSHA256Mismatch": 400,
}


class Refused(Exception):
    """A call that is refused; ``code`` is one of `STATUSES`."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(words or code)
        self.code = code

    def response(self, *, is_head: bool) -> Response:
        """The answer; one to HEAD has no body."""
        body = f"<Error><Code>{self.code}</Code><Message>{escape(str(self))}</Message></Error>"
        content = "" if is_head else f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
        return Response(content, status_code=STATUSES[self.code], media_type="application/xml")
