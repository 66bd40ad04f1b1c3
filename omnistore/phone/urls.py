from django.urls import path

from omnistore.phone.views import arriving, joining, proving, screens, staying, turning

app_name = "phone"
urlpatterns = [
    path("screen/", screens.own, name="own_screen"),
    path("screen/<int:register_id>/", screens.show, name="screen"),
    path("screen/<int:register_id>/code/", screens.renew, name="renew"),
    path("c/", arriving.trade, name="trade"),
    path("c/turn/", turning.turn, name="turn"),
    path("c/handed/", turning.handed, name="handed"),
    path("c/who/", proving.ask, name="ask"),
    path("c/code/", proving.prove, name="prove"),
    path("c/which/", proving.which, name="which"),
    path("c/join/", joining.join, name="join"),
    path("c/anonymous/", arriving.anonymous, name="anonymous"),
    path("c/here/", staying.here, name="here"),
    path("c/leave/", staying.leave, name="leave"),
    path("c/remember/", staying.remember, name="remember"),
    path("c/forget/", staying.forget, name="forget"),
    path("c/<str:code>/", arriving.show, name="arrive"),
]
