from django.urls import path

from omnistore.passes.views import installing, showing, signing_in, wallets

app_name = "passes"
urlpatterns = [
    path("", showing.show, name="show"),
    path("hour/", showing.hour, name="hour"),
    path("ask/", signing_in.ask, name="ask"),
    path("code/", signing_in.redeem, name="code"),
    path("leave/", signing_in.leave, name="leave"),
    path("apple/", wallets.apple_wallet, name="apple"),
    path("google/", wallets.google_wallet, name="google"),
    path("kept/<str:language>/", installing.kept, name="kept"),
    path("manifest.<str:language>.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
]
