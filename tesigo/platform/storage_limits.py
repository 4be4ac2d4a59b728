"""How long S3 or MinIO is waited for; boto3's own is 60 s, four times. Read by the settings, so it needs none."""

from typing import Final

from botocore.config import Config

#: Seconds to connect, seconds without a byte, tries. A person waits for a request (R-106).
IN_REQUEST: Final = Config(connect_timeout=0.5, read_timeout=1.2, retries={"total_max_attempts": 1, "mode": "standard"})
IN_BACKGROUND: Final = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})
