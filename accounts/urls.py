"""Addresses of signing in and of the account."""

from django.urls import path

from accounts.views import account, address, data, erasing, language, mail_events, programs, proving, signin

app_name = "accounts"
urlpatterns = [
    path("signin/", signin.ask, name="signin"),
    path("signin/check/", signin.check, name="check"),
    path("signin/check/standing/", signin.standing, name="standing"),
    path("signin/link/<str:token>/", signin.link, name="link"),
    path("signin/not-me/<str:token>/", signin.deny, name="deny"),
    path("signout/", signin.signout, name="signout"),
    path("language/", language.choose, name="language"),
    path("account/", account.account, name="account"),
    path("account/erase/", erasing.erase, name="erase"),
    path("account/keep/", erasing.keep, name="keep"),
    path("account/prove/", proving.prove, name="prove"),
    path("account/data/", data.data, name="data"),
    path("account/data/export/", data.data_export, name="data-export"),
    path("account/data/export/<uuid:data_export_id>/download/", data.download, name="data-download"),
    path("account/address/", address.change, name="change-address"),
    path("account/address/check/", address.check, name="check-address"),
    path("account/address/undo/<str:token>/", address.undo, name="undo-address"),
    path("account/devices/<int:device_id>/sign-out/", account.sign_out_device, name="sign-out-device"),
    path("account/programs/", programs.programs, name="programs"),
    path("account/programs/new/", programs.new_token, name="new-token"),
    path("account/programs/<uuid:token_id>/revoke/", programs.revoke_token, name="revoke-token"),
    path("account/programs/<uuid:sign_in_id>/sign-out/", programs.sign_out_program, name="sign-out-program"),
    path("account/mail-notice/", account.read_mail_notice, name="read-mail-notice"),
    path("mail/events/<slug:provider>/", mail_events.receive, name="mail-events"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign-out-everywhere"),
]
