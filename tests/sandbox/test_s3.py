"""The stand-in of S3 refuses what S3 refuses, as boto3 and a browser see it."""

import time
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.s3.signing import ACCESS_KEY, SECRET_KEY
from sandbox.s3.store import LEAST_PART_BYTES
from sandbox.testing import Running

FULL = b"x" * LEAST_PART_BYTES


def client_of(sandbox: Running, secret: str = SECRET_KEY, access: str = ACCESS_KEY) -> Any:
    return boto3.client(
        "s3", endpoint_url=f"{sandbox.base_url}/s3", aws_access_key_id=access, aws_secret_access_key=secret,
        region_name="eu-central-1", config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}),
    )  # fmt: skip


@pytest.fixture
def client(sandbox: Running) -> Any:
    found = client_of(sandbox)
    found.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return found


def refused(call: Any, **wanted: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(Bucket="files", **wanted)
    return str(error.value.response["Error"]["Code"])


def test_who_does_not_sign_right_is_refused(sandbox: Running, client: Any) -> None:
    assert refused(client_of(sandbox, secret="another").list_objects_v2) == "SignatureDoesNotMatch"
    assert refused(client_of(sandbox, access="ANOTHER").list_objects_v2) == "InvalidAccessKeyId"
    assert httpx.get(f"{sandbox.base_url}/s3/files").status_code == 403
    assert refused(client.get_object, Key="a") == "NoSuchKey"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client.get_object(Bucket="other", Key="a")


def test_objects_are_kept_listed_sent_in_parts_and_deleted(client: Any) -> None:
    for key in ("a/ä b+c", "a/2", "b"):
        client.put_object(Bucket="files", Key=key, Body=b"words", ContentType="text/plain")
    listed = client.list_objects_v2(Bucket="files", Prefix="a/")
    assert [(one["Key"], one["Size"]) for one in listed["Contents"]] == [("a/2", 5), ("a/ä b+c", 5)]
    assert client.head_object(Bucket="files", Key="a/ä b+c")["ContentType"] == "text/plain"
    part = client.get_object(Bucket="files", Key="b", Range="bytes=1-2")
    assert (part["Body"].read(), part["ContentRange"]) == (b"or", "bytes 1-2/5")
    assert refused(client.get_object, Key="b", Range="bytes=5-") == "InvalidRange"
    client.delete_object(Bucket="files", Key="b")
    client.delete_object(Bucket="files", Key="b")
    assert refused(client.get_object, Key="b") == "NoSuchKey"


def test_a_signed_address_is_good_for_its_time_and_for_nothing_else(client: Any) -> None:
    client.put_object(Bucket="files", Key="a", Body=b"words")
    wanted = {"Bucket": "files", "Key": "a", "ResponseContentDisposition": 'attachment; filename="ä"'}
    address = client.generate_presigned_url("get_object", wanted, ExpiresIn=60)
    answer = httpx.get(address, headers={"Range": "bytes=1-"})
    assert (answer.status_code, answer.content) == (206, b"ords")
    assert httpx.get(address.replace("/files/a", "/files/b")).status_code == 403
    assert httpx.delete(address).status_code == 403
    over = client.generate_presigned_url("get_object", wanted, ExpiresIn=1)
    time.sleep(1.1)  # the service's own clock is the system's
    assert "expired" in httpx.get(over).text


def test_parts_become_a_file_by_the_rules_of_s3(client: Any) -> None:
    begun = client.create_multipart_upload(Bucket="files", Key="k")["UploadId"]
    wanted = {"Key": "k", "UploadId": begun}
    for number in (0, 10_001):
        assert refused(client.upload_part, **wanted, PartNumber=number, Body=b"x") == "InvalidArgument"
    tags = [
        client.upload_part(Bucket="files", **wanted, PartNumber=number, Body=data)["ETag"]
        for number, data in ((1, FULL), (2, b"short"), (3, b"end"))
    ]

    def parts(*numbers: int) -> dict[str, Any]:
        return {"Parts": [{"PartNumber": number, "ETag": tags[number - 1]} for number in numbers]}

    complete = client.complete_multipart_upload
    assert refused(complete, **wanted, MultipartUpload=parts(1, 2, 3)) == "EntityTooSmall"
    assert refused(complete, **wanted, MultipartUpload=parts(3, 1)) == "InvalidPartOrder"
    wrong = {"Parts": [{"PartNumber": 1, "ETag": tags[1]}]}
    assert refused(complete, **wanted, MultipartUpload=wrong) == "InvalidPart"
    assert refused(client.get_object, Key="k") == "NoSuchKey"
    assert [one["Key"] for one in client.list_multipart_uploads(Bucket="files")["Uploads"]] == ["k"]
    complete(Bucket="files", **wanted, MultipartUpload=parts(1, 3))
    assert client.head_object(Bucket="files", Key="k")["ContentLength"] == LEAST_PART_BYTES + 3
    assert refused(complete, **wanted, MultipartUpload=parts(1)) == "NoSuchUpload"
    assert refused(client.upload_part, **wanted, PartNumber=1, Body=b"x") == "NoSuchUpload"
    assert "Uploads" not in client.list_multipart_uploads(Bucket="files")


def test_parts_are_copied_and_uploads_given_up(client: Any) -> None:
    client.put_object(Bucket="files", Key="small", Body=b"words")
    client.put_object(Bucket="files", Key="large", Body=FULL + b"y")
    begun = client.create_multipart_upload(Bucket="files", Key="k")["UploadId"]
    wanted = {"Key": "k", "UploadId": begun, "PartNumber": 1}
    source = {"Bucket": "files", "Key": "large"}
    copy = client.upload_part_copy
    assert refused(copy, **wanted, CopySource={**source, "Key": "none"}) == "NoSuchKey"
    assert (
        refused(copy, **wanted, CopySource={**source, "Key": "small"}, CopySourceRange="bytes=0-1") == "InvalidRequest"
    )
    assert refused(copy, **wanted, CopySource=source, CopySourceRange="bytes=0-99999999") == "InvalidArgument"
    tag = copy(Bucket="files", **wanted, CopySource=source, CopySourceRange=f"bytes=1-{LEAST_PART_BYTES}")
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag["CopyPartResult"]["ETag"]}]}
    client.complete_multipart_upload(Bucket="files", Key="k", UploadId=begun, MultipartUpload=parts)
    assert client.get_object(Bucket="files", Key="k")["Body"].read()[-2:] == b"xy"
    other = client.create_multipart_upload(Bucket="files", Key="k")["UploadId"]
    client.abort_multipart_upload(Bucket="files", Key="k", UploadId=other)
    assert refused(client.abort_multipart_upload, Key="k", UploadId=other) == "NoSuchUpload"
