"""Amazon S3 as far as a keeper of files sees it: objects, ranges, multipart uploads, signed addresses."""
