from django.urls import path

from stores.views import account, clerks, opening, tablet, team

app_name = "stores"
urlpatterns = [
    path("tablet/", tablet.show, name="tablet"),
    path("tablet/display/", tablet.display, name="display"),
    path("tablet/keys/", tablet.keys, name="keys"),
    path("tablet/scanner/", tablet.scanner, name="scanner"),
    path("tablet/open/", opening.open_tablet, name="open"),
    path("tablet/open/store/", opening.open_store, name="open_store"),
    path("clerks/", clerks.choose, name="clerks"),
    path("clerks/<int:clerk_id>/", clerks.sign_in, name="sign_in"),
    path("clerks/<int:clerk_id>/unlock/", clerks.unlock, name="unlock"),
    path("lock/", clerks.lock, name="lock"),
    path("awake/", clerks.awake, name="awake"),
    path("language/", clerks.language, name="language"),
    path("account/", account.sign_in, name="account"),
    path("account/leave/", account.sign_out, name="leave"),
    path("account/browser/", account.browser, name="browser"),
    path("team/", team.team, name="team"),
    path("team/<int:clerk_id>/pin/", team.set_pin, name="set_pin"),
    path("team/<int:clerk_id>/tries/", team.reset_tries, name="reset_tries"),
    path("tablets/<int:tablet_id>/revoke/", team.revoke, name="revoke"),
]
