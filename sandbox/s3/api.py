"""The REST interface, by path: ``/s3/<bucket>/<key>``. What is not signed right is refused before it is looked at."""

import re
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.s3 import signing
from sandbox.s3.errors import Refused
from sandbox.s3.store import LEAST_PART_BYTES, Bucket, Buckets, Stored, stored

_NS: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_KEPT: Final = re.compile(r"x-amz-meta-.*|content-type|content-disposition|cache-control")
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PAGE: Final = 1_000


def routes(buckets: Buckets) -> list[Route]:
    """What lies below ``/s3``."""

    async def call(request: Request) -> Response:
        body: bytes = request.scope["sandbox.body"]
        try:
            signing.check(request, body)
            path = unquote(request.scope["raw_path"].decode("ascii").partition("?")[0]).removeprefix("/s3/")
            name, _slash, key = path.partition("/")
            if not key:
                return _of_bucket(buckets, name, request, body)
            return _of_object(buckets, buckets.of(name), key, request, body)
        except Refused as refused:
            return refused.response(is_head=request.method == "HEAD")

    return [Route("/{path:path}", call, methods=["GET", "HEAD", "PUT", "POST", "DELETE"])]


def _xml(name: str, inner: str) -> Response:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NS}">{inner}</{name}>'
    return Response(content, media_type="application/xml")


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _of_bucket(buckets: Buckets, name: str, request: Request, body: bytes) -> Response:
    query = request.query_params
    if request.method == "PUT":
        if not _BUCKET.fullmatch(name):
            raise Refused("InvalidArgument", "The specified bucket is not valid.")
        if name in buckets.by_name:
            raise Refused("BucketAlreadyOwnedByYou")
        buckets.by_name[name] = Bucket()
        return Response(status_code=200)
    bucket = buckets.of(name)
    if request.method == "HEAD":
        return Response(status_code=200)
    if request.method != "GET":
        raise Refused("MethodNotAllowed")
    prefix = query.get("prefix", "")
    if "uploads" in query:
        begun = sorted((one.key, upload_id, one) for upload_id, one in bucket.uploads.items())
        rows = "".join(
            f"<Upload><Key>{escape(key)}</Key><UploadId>{upload_id}</UploadId><Initiated>{_stamp(one.begun_at)}</Initiated></Upload>"
            for key, upload_id, one in begun
            if key.startswith(prefix)
        )
        return _xml("ListMultipartUploadsResult", f"<Bucket>{name}</Bucket><IsTruncated>false</IsTruncated>{rows}")
    after = query.get("continuation-token", "")
    keys = sorted(key for key in bucket.objects if key.startswith(prefix) and key > after)
    rows = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>{_stamp(bucket.objects[key].at)}</LastModified>"
        f'<ETag>"{bucket.objects[key].etag}"</ETag><Size>{len(bucket.objects[key].data)}</Size></Contents>'
        for key in keys[:_PAGE]
    )
    more = f"<NextContinuationToken>{escape(keys[_PAGE - 1])}</NextContinuationToken>" if keys[_PAGE:] else ""
    truncated = str(bool(more)).lower()
    return _xml("ListBucketResult", f"<Name>{name}</Name><IsTruncated>{truncated}</IsTruncated>{more}{rows}")


def _of_object(buckets: Buckets, bucket: Bucket, key: str, request: Request, body: bytes) -> Response:
    query, method = request.query_params, request.method
    kept = {name: value for name, value in request.headers.items() if _KEPT.fullmatch(name)}
    if "uploads" in query and method == "POST":
        upload_id = bucket.begin(key, kept)
        return _xml("InitiateMultipartUploadResult", f"<Key>{escape(key)}</Key><UploadId>{upload_id}</UploadId>")
    if "uploadId" in query:
        return _of_upload(buckets, bucket, key, request, body)
    if method == "PUT":
        data = _copied(buckets, request) if "x-amz-copy-source" in request.headers else body
        bucket.objects[key] = stored(data, kept)
        if "x-amz-copy-source" in request.headers:
            return _xml("CopyObjectResult", f'<ETag>"{bucket.objects[key].etag}"</ETag>')
        return Response(headers={"ETag": f'"{bucket.objects[key].etag}"'})
    if method == "DELETE":
        bucket.objects.pop(key, None)
        return Response(status_code=204)
    if method not in ("GET", "HEAD"):
        raise Refused("MethodNotAllowed")
    return _sent(bucket.of(key), request)


def _of_upload(buckets: Buckets, bucket: Bucket, key: str, request: Request, body: bytes) -> Response:
    query, method = request.query_params, request.method
    upload = bucket.upload(query["uploadId"], key)
    if method == "PUT":
        number = query.get("partNumber", "")
        copies = "x-amz-copy-source" in request.headers
        part = upload.put(int(number) if number.isdigit() else 0, _copied(buckets, request) if copies else body)
        if copies:
            return _xml("CopyPartResult", f'<ETag>"{part.etag}"</ETag>')
        return Response(headers={"ETag": f'"{part.etag}"'})
    if method == "DELETE":
        del bucket.uploads[query["uploadId"]]
        return Response(status_code=204)
    if method == "POST":
        whole = bucket.objects[key] = upload.joined(_wanted(body))
        del bucket.uploads[query["uploadId"]]
        return _xml("CompleteMultipartUploadResult", f'<Key>{escape(key)}</Key><ETag>"{whole.etag}"</ETag>')
    raise Refused("NotImplemented")


def _wanted(body: bytes) -> list[tuple[int, str]]:
    try:
        parts = ElementTree.fromstring(body).iter(f"{{{_NS}}}Part")  # noqa: S314  # of our own caller, on loopback
        return [(int(part.findtext(f"{{{_NS}}}PartNumber", "")), part.findtext(f"{{{_NS}}}ETag", "")) for part in parts]
    except (ElementTree.ParseError, ValueError):
        raise Refused("MalformedXML") from None


def _copied(buckets: Buckets, request: Request) -> bytes:
    name, _slash, key = unquote(request.headers["x-amz-copy-source"]).lstrip("/").partition("/")
    data = buckets.of(name).of(key).data
    asked = request.headers.get("x-amz-copy-source-range")
    if asked is None:
        return data
    found = _RANGE.fullmatch(asked)
    if not found or not found[1] or not found[2] or int(found[2]) >= len(data):
        raise Refused("InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last")
    if len(data) <= LEAST_PART_BYTES:
        raise Refused("InvalidRequest", "The specified copy source is not supported as a byte-range copy source")
    return data[int(found[1]) : int(found[2]) + 1]


def _sent(one: Stored, request: Request) -> Response:
    changed = formatdate(one.at, usegmt=True)
    headers = {**one.headers, "ETag": f'"{one.etag}"', "Accept-Ranges": "bytes", "Last-Modified": changed}
    for name in ("content-disposition", "content-type", "cache-control"):
        if f"response-{name}" in request.query_params:
            headers[name] = request.query_params[f"response-{name}"]
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    data, status = one.data, 200
    if asked and (asked[1] or asked[2]) and request.headers.get("if-range", headers["ETag"]) == headers["ETag"]:
        size = len(data)
        first = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
        end = min(int(asked[2]) + 1, size) if asked[1] and asked[2] else size
        if first >= end:
            raise Refused("InvalidRange", "The requested range is not satisfiable")
        data, status = data[first:end], 206
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers={**headers, "Content-Length": str(len(data))})
    return Response(data, status_code=status, headers=headers)
