"""Examples of signing in and of the account for the description of the API."""

from typing import Final

from accounts.api_account import DeviceSerializer, ProfileSerializer
from accounts.api_address import ChangeAskedSerializer, CodeSerializer, NewAddressSerializer
from accounts.api_data import DataExportSerializer
from accounts.api_erasing import ErasureSerializer, KeptSerializer
from accounts.api_programs import ProgramSerializer, TokenSerializer
from accounts.serializers import AskedSerializer, AskSerializer, ProveSerializer, RefreshSerializer, TokenPairSerializer
from tesigo.platform.api.examples import give

_ID: Final = "6f1c0c1e-2a34-4c0e-9a5b-0f6b1f0d7c11"
_AT: Final = "2026-11-29T10:00:00Z"

give(
    {
        AskSerializer: {"email": "ada@university.example"},
        AskedSerializer: {"request_id": _ID, "client_secret": "keep-this-to-yourself", "expires_in": 600},
        ProveSerializer: {"request_id": _ID, "client_secret": "keep-this-to-yourself", "code": "123456"},
        TokenPairSerializer: {
            "access_token": "a JWT",
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": "tesigo_refresh_…",
            "refresh_expires_in": 604_800,
        },
        RefreshSerializer: {"refresh_token": "tesigo_refresh_…"},
        ProfileSerializer: {
            "id": _ID,
            "email": "ada@university.example",
            "name": "Ada Lovelace",
            "language": "en",
            "created_at": _AT,
            "mail_refused_at": None,
        },
        DeviceSerializer: {"id": 3, "name": "Firefox on Linux", "created_at": _AT, "last_seen_at": _AT},
        NewAddressSerializer: {"email": "ada@college.example"},
        ChangeAskedSerializer: {"expires_in": 600},
        CodeSerializer: {"code": "123456"},
        TokenSerializer: {
            "id": _ID,
            "name": "The script that fetches my files",
            "prefix": "tesigo_token_Ab3x",
            "scopes": ["documents:read"],
            "created_at": _AT,
            "expires_at": "2027-02-27T10:00:00Z",
            "last_used_on": "2026-11-29",
        },
        ProgramSerializer: {
            "id": _ID,
            "name": "curl/8.5.0",
            "created_at": _AT,
            "last_seen_at": _AT,
            "expires_at": "2026-12-06T10:00:00Z",
        },
        ErasureSerializer: {"state": "asked", "asked_at": _AT, "begins_at": "2026-12-13T10:00:00Z"},
        KeptSerializer: {"was_asked": True},
        DataExportSerializer: {
            "id": _ID,
            "state": "ready",
            "progress": 100,
            "size": 2_097_152,
            "asked_at": _AT,
            "finished_at": _AT,
            "expires_at": "2026-12-06T10:00:00Z",
            "file_url": f"https://tesigo.example/api/v1/user/export-data/{_ID}/file",
        },
    }
)
